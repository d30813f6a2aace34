import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import type { VolumeCapability } from '../../csi/generated/csi/v1/VolumeCapability.js';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { controllerCapability } from '../controller-prerequisite.js';
import { outcomeOf } from '../outcome.js';
import { modes, modesSince } from '../prerequisite.js';
import { COLUMNS, MODES, specCell, type Column, type Mode } from '../spec-table.js';
import type { Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { needVisible } from '../visible-mount.js';

const GIB = 1024n ** 3n;
const FIXED = { section: 'NodePublishVolume', since: '1.0.0', level: 'MUST' } as const;

/** Volumes that are accessed as block devices: the cells of the table once more, and the device. */
export const blockChecks: readonly Check[] = [
  ...MODES.flatMap((mode) => COLUMNS.map((column) => cellCheck(mode, column))),
  {
    ...FIXED,
    id: 'block/device',
    title: 'NodePublishVolume for block places the block device at the target path',
    rule: 'for block access the block device is placed at target_path',
    async run(trial) {
      const path = await published(trial, false);
      if (statSync(path).isBlockDevice()) return;
      trial.deviates({
        sent: 'NodePublishVolume for block',
        came: 'something else at the target path',
        wanted: 'a block device',
      });
    },
  },
  {
    ...FIXED,
    id: 'block/read-only',
    title: 'NodePublishVolume for block with readonly places a device that cannot be written to',
    rule: 'with readonly the volume is published in readonly mode',
    async run(trial) {
      if (!isWritable(await published(trial, false))) {
        throw new Untestable('the checker may not write to a device that is published for writing');
      }
      if (!isWritable(await published(trial, true))) return;
      trial.deviates({
        sent: 'NodePublishVolume for block with readonly',
        came: 'a device that takes a write',
        wanted: 'one that cannot',
      });
    },
  },
  {
    ...FIXED,
    id: 'block/expand',
    title: 'ControllerExpandVolume and NodeExpandVolume of a block volume: OK',
    section: 'ControllerExpandVolume',
    since: '1.1.0',
    rule: 'a volume is expanded whatever its access type, and the node is called where that is required',
    untestable: controllerCapability('EXPAND_VOLUME'),
    run: tryExpansion,
  },
];

function blockCapability(mode: Mode): VolumeCapability {
  return { access_mode: { mode }, block: {} };
}

function cellCheck(mode: Mode, column: Column): Check {
  const sameTarget = column.startsWith('T1=T2');
  const sameArguments = column.endsWith('P1=P2');
  const [where, what] = [
    sameTarget ? 'the same target path' : 'another target path',
    sameArguments ? 'the same arguments' : 'another readonly',
  ];
  const readonly = !sameArguments;
  return {
    ...FIXED,
    id: `publish-block/${mode}/${sameTarget ? 'same' : 'other'}-target/${
      sameArguments ? 'same-arguments' : 'readonly'
    }`,
    title: `second NodePublishVolume of a ${mode} block volume: ${where}, ${what}`,
    since: modesSince(mode),
    level: sameTarget ? 'MUST' : 'SHOULD',
    rule: `the table's cell for ${mode}, ${column}`,
    untestable: modes(mode),
    async run(trial) {
      const capability = blockCapability(mode);
      const volume = await trial.readyFor(capability);
      // Only what the driver takes in a first call can tell something about a second one.
      const { code, message } = await outcomeOf(volume.publish('a', capability, { readonly }));
      if (code !== 'OK') throw new Untestable(`a first publish: ${code} (${message})`);
      if (readonly) {
        await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
        await trial.need('the first NodePublishVolume', volume.publish('a', capability));
      }
      const second = volume.publish(sameTarget ? 'a' : 'b', capability, { readonly });
      const cell = specCell(mode, column, trial.subject.singleNodeMultiWriter);
      await trial.expect(`NodePublishVolume at ${where} with ${what}`, second, [cell]);
    },
  };
}

/** The target path of a block volume, as the checker sees it. */
async function published(trial: Trial, readonly: boolean): Promise<string> {
  const capability = blockCapability('SINGLE_NODE_WRITER');
  const volume = await trial.readyFor(capability);
  await trial.need('NodePublishVolume', volume.publish('a', capability, { readonly }));
  const path = volume.targetPath('a');
  needVisible(path);
  return path;
}

/** Whether the device takes a write; one that is read-only may be opened for writing all the same. */
function isWritable(path: string): boolean {
  try {
    const descriptor = openSync(path, 'r+');
    try {
      writeSync(descriptor, Buffer.alloc(4096), 0, 4096, 0);
      return true;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

async function tryExpansion(trial: Trial): Promise<void> {
  const capability = blockCapability('SINGLE_NODE_WRITER');
  const volume = await trial.need(
    `CreateVolume with ${GIB} bytes`,
    trial.create({
      volume_capabilities: [capability],
      capacity_range: { required_bytes: String(GIB) },
    }),
  );
  const { controller } = trial.subject.controller;
  const capacity_range = { required_bytes: String(2n * GIB) };
  const expanding = controller.ControllerExpandVolume(
    {
      volume_id: volume.id,
      capacity_range,
      volume_capability: capability,
      secrets: trial.secrets('ControllerExpandVolume'),
    },
    trial.call,
  );
  const { code } = await trial.expect('ControllerExpandVolume', expanding, ['OK']);
  if (code !== 'OK') return;
  const { capacity_bytes, node_expansion_required } = await expanding;
  if (BigInt(capacity_bytes) < 2n * GIB) {
    const came = `capacity_bytes ${capacity_bytes}`;
    trial.deviates({ sent: 'ControllerExpandVolume', came, wanted: `at least ${2n * GIB}` });
  }
  if (node_expansion_required) await expandOnNode(trial, volume, capability, capacity_range);
}

async function expandOnNode(
  trial: Trial,
  volume: TrialVolume,
  capability: VolumeCapability,
  capacity_range: { readonly required_bytes: string },
): Promise<void> {
  await trial.need('ControllerPublishVolume', volume.attach(capability));
  await trial.need('NodeStageVolume', volume.stage(capability));
  await trial.need('NodePublishVolume', volume.publish('a', capability));
  const expanding = trial.node.client.node.NodeExpandVolume(
    {
      volume_id: volume.id,
      volume_path: volume.targetPath('a'),
      staging_target_path: trial.subject.stage ? volume.stagingPath() : '',
      capacity_range,
      volume_capability: capability,
      secrets: trial.secrets('NodeExpandVolume'),
    },
    trial.call,
  );
  await trial.expect('NodeExpandVolume, as the controller requires it', expanding, ['OK']);
}
