import type { NodePublishVolumeRequest } from '../../csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { NodeStageVolumeRequest } from '../../csi/generated/csi/v1/NodeStageVolumeRequest.js';
import type { Check } from '../check.js';
import { deletedVolume } from '../deleted-volume.js';
import { nodeCapability, type Prerequisite } from '../prerequisite.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { MALFORMED_CAPABILITIES } from './malformed-capability.js';

const CAPABILITY = mountCapability('SINGLE_NODE_WRITER');

/** A request that differs from a good one in one field. */
interface Malformed {
  readonly id: string;
  readonly what: string;
  readonly changed: NodePublishVolumeRequest & NodeStageVolumeRequest;
  /** The value could also pass for one that the volume does not support. */
  readonly unsupported?: boolean;
}

const COMMON: readonly Malformed[] = [
  { id: 'no-volume-id', what: 'an empty volume_id', changed: { volume_id: '' } },
  {
    id: 'no-volume-capability',
    what: 'no volume_capability',
    changed: { volume_capability: null },
  },
  ...MALFORMED_CAPABILITIES.map(({ name, capability }) => ({
    id: name.toLowerCase(),
    what: `a malformed volume_capability (${name})`,
    changed: { volume_capability: capability },
    unsupported: name === 'unheard-of-mode',
  })),
];

const NEW_MODE_REQUESTS: readonly Malformed[] = (
  ['SINGLE_NODE_SINGLE_WRITER', 'SINGLE_NODE_MULTI_WRITER'] as const
).map((mode) => ({
  id: `not-advertised/${mode}`,
  what: `${mode}, which the driver does not advertise`,
  changed: { volume_capability: mountCapability(mode) },
  unsupported: true,
}));

/** One of the two calls that take a volume_capability on a node. */
interface Rpc {
  readonly id: string;
  readonly name: string;
  readonly malformed: readonly Malformed[];
  readonly prerequisite: Prerequisite;
  /** Brings a volume as far as the call. */
  readonly ready: (trial: Trial) => Promise<TrialVolume>;
  readonly call: (volume: TrialVolume, changed?: Malformed['changed']) => Promise<unknown>;
  readonly undo: (volume: TrialVolume) => Promise<unknown>;
}

const PUBLISH: Rpc = {
  id: 'publish',
  name: 'NodePublishVolume',
  malformed: [
    ...COMMON,
    { id: 'no-target-path', what: 'an empty target_path', changed: { target_path: '' } },
    ...NEW_MODE_REQUESTS,
  ],
  prerequisite: () => undefined,
  ready: (trial) => trial.readyFor(CAPABILITY),
  call: (volume, changed) => volume.publish('a', CAPABILITY, changed),
  undo: (volume) => volume.unpublish('a'),
};

const STAGE: Rpc = {
  id: 'stage',
  name: 'NodeStageVolume',
  malformed: [
    ...COMMON,
    {
      id: 'no-staging-path',
      what: 'an empty staging_target_path',
      changed: { staging_target_path: '' },
    },
    ...NEW_MODE_REQUESTS,
  ],
  prerequisite: nodeCapability('STAGE_UNSTAGE_VOLUME'),
  async ready(trial) {
    const volume = await trial.volume([CAPABILITY]);
    await trial.need('ControllerPublishVolume', volume.attach(CAPABILITY));
    return volume;
  },
  call: (volume, changed) => volume.stage(CAPABILITY, changed),
  undo: (volume) => volume.unstage(),
};

/** Requests to the Node service that lack a required field, or name what there is not. */
export const malformedNodeRequestChecks: readonly Check[] = [PUBLISH, STAGE].flatMap((rpc) => [
  ...rpc.malformed.map((malformed) => malformedCheck(rpc, malformed)),
  deletedCheck(rpc),
]);

function malformedCheck(rpc: Rpc, { id, what, changed, unsupported = false }: Malformed): Check {
  const wanted = unsupported
    ? (['INVALID_ARGUMENT', 'FAILED_PRECONDITION'] as const)
    : (['INVALID_ARGUMENT'] as const);
  const isNew = id.startsWith('not-advertised/');
  return {
    id: `malformed/${rpc.id}/${id}`,
    title: `${rpc.name} with ${what}`,
    section: unsupported ? 'Error Scheme' : rpc.name,
    since: isNew ? '1.5.0' : '1.0.0',
    level: 'MUST',
    rule: unsupported
      ? 'an unsupported value is INVALID_ARGUMENT, a capability that the volume does not support FAILED_PRECONDITION'
      : 'a required field that is missing is INVALID_ARGUMENT (Error Scheme)',
    untestable: (subject) =>
      rpc.prerequisite(subject) ??
      (isNew && subject.singleNodeMultiWriter
        ? 'the node service advertises SINGLE_NODE_MULTI_WRITER'
        : undefined),
    async run(trial) {
      const volume = await rpc.ready(trial);
      // A driver that refuses the good request, too, says nothing about the other one.
      await trial.need(`${rpc.name} without the mistake`, rpc.call(volume));
      await trial.need(`undoing ${rpc.name}`, rpc.undo(volume));
      const sent = `${rpc.name} with ${what}`;
      const { code } = await trial.expect(sent, rpc.call(volume, changed), wanted);
      if (unsupported && (code === 'INVALID_ARGUMENT' || code === 'FAILED_PRECONDITION')) {
        trial.reads(`${what}: ${code}`);
      }
    },
  };
}

function deletedCheck({ id, name, prerequisite, call }: Rpc): Check {
  return {
    id: `malformed/${id}/unknown-volume`,
    title: `${name} of a volume that was deleted`,
    section: `${name} Errors`,
    since: '1.0.0',
    level: 'MUST',
    rule: 'a volume that does not exist is NOT_FOUND',
    untestable: prerequisite,
    async run(trial) {
      const volume = await deletedVolume(trial);
      await trial.expect(`${name} of a deleted volume`, call(volume), ['NOT_FOUND']);
    },
  };
}
