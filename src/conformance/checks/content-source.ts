import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VolumeContentSource } from '../../csi/generated/csi/v1/VolumeContentSource.js';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { deletedVolume } from '../deleted-volume.js';
import { deleteSnapshot, usableSnapshot } from '../trial-snapshot.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { needVisible } from '../visible-mount.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');

/** A kind of source, and how one is made of a volume. */
interface Kind {
  readonly name: 'snapshot' | 'volume';
  readonly capability: string;
  readonly since: string;
  take(trial: Trial, volumeId: string): Promise<VolumeContentSource>;
  /** One that does not exist any more. */
  gone(trial: Trial): Promise<VolumeContentSource>;
}

const KINDS: readonly Kind[] = [
  {
    name: 'snapshot',
    capability: 'CREATE_DELETE_SNAPSHOT',
    since: '1.0.0',
    async take(trial, volumeId) {
      const { snapshot_id } = await usableSnapshot(trial, volumeId);
      return { snapshot: { snapshot_id } };
    },
    async gone(trial) {
      const { id } = await trial.volume([WRITER]);
      const { snapshot_id } = await usableSnapshot(trial, id);
      await trial.need('DeleteSnapshot', deleteSnapshot(trial, snapshot_id));
      return { snapshot: { snapshot_id } };
    },
  },
  {
    name: 'volume',
    capability: 'CLONE_VOLUME',
    since: '1.1.0',
    take: async (_trial, volume_id) => ({ volume: { volume_id } }),
    gone: async (trial) => ({ volume: { volume_id: (await deletedVolume(trial)).id } }),
  },
];

/** CreateVolume from a snapshot or from another volume. */
export const contentSourceChecks: readonly Check[] = KINDS.flatMap((kind) => {
  const fixed = {
    section: 'CreateVolume',
    since: kind.since,
    level: 'MUST',
    untestable: allOf(
      controllerCapability('CREATE_DELETE_VOLUME'),
      controllerCapability(kind.capability),
    ),
  } as const;
  return [
    {
      ...fixed,
      id: `content-source/${kind.name}/content`,
      title: `a volume that is made from a ${kind.name} has its content, and its own from then on`,
      rule: 'the new volume is pre-populated with data from the source',
      run: (trial: Trial) => tryContent(trial, kind),
    },
    {
      ...fixed,
      id: `content-source/${kind.name}/unknown`,
      title: `CreateVolume from a ${kind.name} that does not exist: NOT_FOUND`,
      section: 'CreateVolume Errors',
      rule: 'NOT_FOUND where the source does not exist',
      async run(trial: Trial) {
        const making = made(trial, await kind.gone(trial));
        await trial.expect(`CreateVolume from a ${kind.name}`, making, ['NOT_FOUND']);
      },
    },
  ];
});

/** Makes a volume of a source; `bytes`: the size of what the source was taken of, 0: unknown. */
function made(
  trial: Trial,
  volume_content_source: VolumeContentSource,
  bytes = 0n,
): Promise<TrialVolume> {
  return trial.create({
    volume_capabilities: [WRITER],
    volume_content_source,
    capacity_range: bytes > 0n ? { required_bytes: String(bytes) } : null,
  });
}

async function tryContent(trial: Trial, kind: Kind): Promise<void> {
  const source = await trial.readyFor(WRITER);
  await write(trial, source, 'before');
  const taken = await kind.take(trial, source.id);
  const copy = await trial.need(
    `CreateVolume from a ${kind.name}`,
    made(trial, taken, source.capacityBytes),
  );
  await trial.need('NodeStageVolume of the source', reattach(source));
  await write(trial, source, 'after');
  await trial.need('NodeStageVolume of the copy', reattach(copy));
  await trial.need('NodePublishVolume of the copy', copy.publish('copy', WRITER));
  const path = copy.targetPath('copy');
  needVisible(path);
  const found = textIn(path);
  if (found === 'before') return;
  trial.deviates({
    sent: `CreateVolume from a ${kind.name} of a volume with a file`,
    came: found === undefined ? 'a volume without the file' : `the text "${found}"`,
    wanted: 'the text that was in it when the source was taken',
  });
}

async function reattach(volume: TrialVolume): Promise<void> {
  await volume.attach(WRITER);
  await volume.stage(WRITER);
}

/** Writes by a mount of the volume, which is taken down again: so all is where a copy finds it. */
async function write(trial: Trial, volume: TrialVolume, text: string): Promise<void> {
  await trial.need('NodePublishVolume', volume.publish(text, WRITER));
  const path = volume.targetPath(text);
  needVisible(path);
  try {
    writeFileSync(join(path, FILE), text);
  } catch (error) {
    throw new Untestable(`the checker cannot write to a published volume: ${String(error)}`);
  }
  await trial.need('NodeUnpublishVolume', volume.unpublish(text));
  await trial.need('NodeUnstageVolume', volume.unstage());
  await trial.need('ControllerUnpublishVolume', volume.detach());
}

const FILE = 'csi-check.txt';

function textIn(path: string): string | undefined {
  try {
    return readFileSync(join(path, FILE), 'utf8');
  } catch {
    return undefined;
  }
}
