import type { ControllerUnpublishVolumeRequest } from '../../csi/generated/csi/v1/ControllerUnpublishVolumeRequest.js';
import type { Check } from '../check.js';
import { allOf, controllerCapability, twoNodes } from '../controller-prerequisite.js';
import { deletedVolume } from '../deleted-volume.js';
import { mountCapability, type Trial } from '../trial.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const ATTACHES = controllerCapability('PUBLISH_UNPUBLISH_VOLUME');
const FIXED = {
  section: 'ControllerUnpublishVolume',
  since: '1.0.0',
  level: 'MUST',
  untestable: ATTACHES,
} as const;

/** ControllerUnpublishVolume. */
export const controllerDetachChecks: readonly Check[] = [
  {
    ...FIXED,
    id: 'detach/twice',
    title: 'ControllerUnpublishVolume twice: OK',
    rule: 'idempotent: OK where the volume is not attached to the node',
    async run(trial) {
      const volume = await trial.volume([WRITER]);
      await trial.need('ControllerPublishVolume', volume.attach(WRITER));
      await trial.expect('ControllerUnpublishVolume', volume.detach(), ['OK']);
      await trial.expect('ControllerUnpublishVolume again', volume.detach(), ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'detach/never-attached',
    title: 'ControllerUnpublishVolume of a volume that never was at the node: OK',
    rule: 'idempotent: OK where the volume is not attached to the node',
    async run(trial) {
      const volume = await trial.volume([WRITER]);
      await trial.expect('ControllerUnpublishVolume', volume.detach(), ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'detach/unknown-volume',
    title: 'ControllerUnpublishVolume of a volume that does not exist: OK, or NOT_FOUND',
    level: 'SHOULD',
    rule: 'OK where the volume cannot be found and can be regarded as unpublished, else NOT_FOUND',
    run: async (trial) => tryUnknown(trial, { volume_id: (await deletedVolume(trial)).id }),
  },
  {
    ...FIXED,
    id: 'detach/unknown-node',
    title: 'ControllerUnpublishVolume from a node that does not exist: OK, or NOT_FOUND',
    level: 'SHOULD',
    rule: 'OK where the node cannot be found and the volume can be regarded as unpublished, else NOT_FOUND',
    async run(trial) {
      const { id } = await trial.volume([WRITER]);
      await tryUnknown(trial, { volume_id: id, node_id: trial.volumeName() });
    },
  },
  {
    ...FIXED,
    id: 'detach/no-volume-id',
    title: 'ControllerUnpublishVolume without a volume_id: INVALID_ARGUMENT',
    rule: 'volume_id is required',
    async run(trial) {
      const call = detach(trial, { volume_id: '' });
      await trial.expect('ControllerUnpublishVolume', call, ['INVALID_ARGUMENT']);
    },
  },
  {
    ...FIXED,
    id: 'detach/no-node-id',
    title: 'ControllerUnpublishVolume without a node_id: OK',
    rule: 'node_id is optional: without it the volume is unpublished from all nodes',
    async run(trial) {
      const volume = await trial.volume([WRITER]);
      await trial.need('ControllerPublishVolume', volume.attach(WRITER));
      const call = detach(trial, { volume_id: volume.id, node_id: '' });
      await trial.expect('ControllerUnpublishVolume without a node_id', call, ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'detach/all-nodes',
    title: 'after ControllerUnpublishVolume without a node_id, another node gets the volume',
    rule: 'without a node_id the volume is unpublished from all nodes',
    untestable: allOf(ATTACHES, twoNodes),
    async run(trial) {
      const volume = await trial.volume([WRITER]);
      await trial.need('ControllerPublishVolume at node 2', volume.attach(WRITER, { node: 1 }));
      await trial.need('ControllerUnpublishVolume from node 2', volume.detach(1));
      await trial.need('ControllerPublishVolume at node 1', volume.attach(WRITER));
      const all = detach(trial, { volume_id: volume.id, node_id: '' });
      await trial.need('ControllerUnpublishVolume without a node_id', all);
      const second = volume.attach(WRITER, { node: 1 });
      await trial.expect('ControllerPublishVolume at node 2', second, ['OK']);
    },
  },
];

/** Asks straight, also for what cannot be. */
function detach(trial: Trial, changed: ControllerUnpublishVolumeRequest) {
  const { subject, node, call, secrets } = trial;
  return subject.controller.controller.ControllerUnpublishVolume(
    { node_id: node.nodeId, secrets: secrets('ControllerUnpublishVolume'), ...changed },
    call,
  );
}

async function tryUnknown(trial: Trial, changed: ControllerUnpublishVolumeRequest): Promise<void> {
  const { code } = await trial.expect('ControllerUnpublishVolume', detach(trial, changed), [
    'OK',
    'NOT_FOUND',
  ]);
  trial.reads(`what it does not know is ${code === 'OK' ? 'regarded as unpublished' : code}`);
}
