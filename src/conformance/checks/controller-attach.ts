import type { ControllerPublishVolumeRequest } from '../../csi/generated/csi/v1/ControllerPublishVolumeRequest.js';
import { isDeepStrictEqual } from 'node:util';
import type { Check } from '../check.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { deletedVolume } from '../deleted-volume.js';
import { NEW_MODES } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { MALFORMED_CAPABILITIES } from './malformed-capability.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const ATTACHES = controllerCapability('PUBLISH_UNPUBLISH_VOLUME');
const FIXED = {
  section: 'ControllerPublishVolume',
  since: '1.0.0',
  level: 'MUST',
  untestable: ATTACHES,
} as const;

/** ControllerPublishVolume at one node. */
export const controllerAttachChecks: readonly Check[] = [
  {
    ...FIXED,
    id: 'attach/repeat',
    title: 'ControllerPublishVolume twice with the same arguments: OK, the same publish_context',
    rule: 'idempotent; the publish_context does not change',
    async run(trial) {
      const { volume, context } = await attached(trial);
      const again = volume.attach(WRITER);
      const { code } = await trial.expect('ControllerPublishVolume again', again, ['OK']);
      if (code !== 'OK' || isDeepStrictEqual({ ...(await again) }, { ...context })) return;
      trial.deviates({
        sent: 'ControllerPublishVolume again',
        came: 'another publish_context',
        wanted: 'the same publish_context',
      });
    },
  },
  otherReadonly(true),
  otherReadonly(false),
  {
    ...FIXED,
    id: 'attach/other-access-mode',
    title: 'ControllerPublishVolume again at the node with another access mode: ALREADY_EXISTS',
    // "Incompatible" is for the plugin to say: two modes can come to the same attachment.
    level: 'SHOULD',
    rule: 'ALREADY_EXISTS where it is published at the node, but is incompatible with the volume_capability',
    async run(trial) {
      const other = mountCapability('MULTI_NODE_MULTI_WRITER');
      const volume = await trial.volume([WRITER, other]);
      await trial.need('ControllerPublishVolume with the other mode', volume.attach(other));
      await trial.need('ControllerUnpublishVolume', volume.detach());
      await trial.need('ControllerPublishVolume', volume.attach(WRITER));
      const again = volume.attach(other);
      await trial.expect(
        'ControllerPublishVolume as MULTI_NODE_MULTI_WRITER where it is SINGLE_NODE_WRITER',
        again,
        ['ALREADY_EXISTS'],
      );
    },
  },
  {
    ...FIXED,
    id: 'attach/unknown-volume',
    title: 'ControllerPublishVolume of a volume that does not exist: NOT_FOUND',
    rule: 'NOT_FOUND where no volume corresponds to the volume_id',
    async run(trial) {
      const call = attach(trial, { volume_id: (await deletedVolume(trial)).id });
      await trial.expect('ControllerPublishVolume', call, ['NOT_FOUND']);
    },
  },
  {
    ...FIXED,
    id: 'attach/unknown-node',
    title: 'ControllerPublishVolume at a node that does not exist: NOT_FOUND',
    rule: 'NOT_FOUND where no node corresponds to the node_id',
    async run(trial) {
      const { id: volume_id, context } = await trial.volume([WRITER]);
      const node_id = trial.volumeName();
      const call = attach(trial, { volume_id, node_id, volume_context: context });
      await trial.expect('ControllerPublishVolume', call, ['NOT_FOUND']);
    },
  },
  ...MALFORMED_CAPABILITIES.map(({ name, capability }) =>
    malformed(name, { volume_capability: capability }),
  ),
  malformed('no-capability', { volume_capability: null }),
  malformed('no-volume-id', { volume_id: '' }),
  malformed('no-node-id', { node_id: '' }),
  ...[...NEW_MODES].map((mode): Check => ({
    ...FIXED,
    id: `attach/without-capability/${mode}`,
    title: `ControllerPublishVolume for ${mode} without the capability: INVALID_ARGUMENT`,
    section: 'Error Scheme',
    since: '1.5.0',
    level: 'SHOULD',
    rule: 'INVALID_ARGUMENT for a value that the plugin does not support',
    untestable: allOf(ATTACHES, ({ controllerCapabilities }) =>
      controllerCapabilities.has('SINGLE_NODE_MULTI_WRITER')
        ? 'the Controller service advertises SINGLE_NODE_MULTI_WRITER'
        : undefined,
    ),
    async run(trial) {
      const { volume } = await attached(trial);
      await trial.need('ControllerUnpublishVolume', volume.detach());
      const call = volume.attach(mountCapability(mode));
      await trial.expect(`ControllerPublishVolume for ${mode}`, call, ['INVALID_ARGUMENT']);
    },
  })),
];

interface Attached {
  readonly volume: TrialVolume;
  readonly context: Readonly<Record<string, string>>;
}

/** A volume that is controller-published at the first node. */
async function attached(trial: Trial, readonly = false): Promise<Attached> {
  const volume = await trial.volume([WRITER]);
  const context = await trial.need('ControllerPublishVolume', volume.attach(WRITER, { readonly }));
  return { volume, context };
}

function otherReadonly(first: boolean): Check {
  return {
    ...FIXED,
    id: `attach/other-readonly/from-${first}`,
    title: `ControllerPublishVolume again with readonly ${!first} instead of ${first}: ALREADY_EXISTS`,
    rule: 'ALREADY_EXISTS where it is published at the node, but is incompatible with the readonly flag',
    untestable: allOf(ATTACHES, controllerCapability('PUBLISH_READONLY')),
    async run(trial) {
      const { volume } = await attached(trial, !first);
      await trial.need('ControllerUnpublishVolume', volume.detach());
      await trial.need('ControllerPublishVolume', volume.attach(WRITER, { readonly: first }));
      const again = volume.attach(WRITER, { readonly: !first });
      const sent = `ControllerPublishVolume with readonly ${!first} where it is ${first}`;
      await trial.expect(sent, again, ['ALREADY_EXISTS']);
    },
  };
}

function malformed(name: string, changed: ControllerPublishVolumeRequest): Check {
  const title = `ControllerPublishVolume with ${name.replaceAll('-', ' ')}`;
  return {
    ...FIXED,
    id: `attach/malformed/${name}`,
    title: `${title}: INVALID_ARGUMENT`,
    section: 'Error Scheme',
    rule: 'INVALID_ARGUMENT where a required field is missing or a field has an invalid value',
    async run(trial) {
      const { id: volume_id, context } = await trial.volume([WRITER]);
      const call = attach(trial, { volume_id, volume_context: context, ...changed });
      await trial.expect(title, call, ['INVALID_ARGUMENT']);
    },
  };
}

/** Asks straight, also for what cannot be; undone where there is something to undo. */
function attach(trial: Trial, changed: ControllerPublishVolumeRequest) {
  const { subject, node, call, secrets, undo } = trial;
  const { ControllerPublishVolume, ControllerUnpublishVolume } = subject.controller.controller;
  const request = { node_id: node.nodeId, volume_capability: WRITER, ...changed };
  const published = ControllerPublishVolume(
    { ...request, secrets: secrets('ControllerPublishVolume') },
    call,
  );
  undo.push(async () => {
    const { volume_id = '', node_id } = request;
    const refused = await published.then(
      () => false,
      () => true,
    );
    if (refused || volume_id === '') return;
    const unpublish = { volume_id, node_id, secrets: secrets('ControllerUnpublishVolume') };
    await ControllerUnpublishVolume(unpublish, call);
  });
  return published;
}
