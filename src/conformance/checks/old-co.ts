import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { modes } from '../prerequisite.js';
import type { Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';

const OLD = mountCapability('SINGLE_NODE_WRITER');

/** The steps that bring a volume to a workload, in order. */
const STEPS: readonly {
  readonly id: string;
  readonly rpc: string;
  readonly advertised?: 'attach' | 'stage';
  readonly take: (volume: TrialVolume) => Promise<unknown>;
}[] = [
  {
    id: 'attach',
    rpc: 'ControllerPublishVolume',
    advertised: 'attach',
    take: (volume) => volume.attach(OLD),
  },
  { id: 'stage', rpc: 'NodeStageVolume', advertised: 'stage', take: (volume) => volume.stage(OLD) },
  { id: 'publish', rpc: 'NodePublishVolume', take: (volume) => volume.publish('a', OLD) },
];

const COMMON = {
  section: 'NodePublishVolume',
  since: '1.5.0',
  level: 'MUST',
  rule: 'a plugin that knows the two new modes still accepts SINGLE_NODE_WRITER, for older COs',
} as const;

/** SINGLE_NODE_WRITER goes on working on a driver that advertises SINGLE_NODE_MULTI_WRITER. */
export const oldCoChecks: readonly Check[] = [
  {
    ...COMMON,
    id: 'old-co/create',
    title: 'CreateVolume with SINGLE_NODE_WRITER',
    untestable: modes('SINGLE_NODE_SINGLE_WRITER'),
    run: tryCreate,
  },
  ...STEPS.map(({ id, rpc, advertised, take }, index): Check => ({
    ...COMMON,
    id: `old-co/${id}`,
    title: `${rpc} with SINGLE_NODE_WRITER`,
    untestable: (subject) =>
      modes('SINGLE_NODE_SINGLE_WRITER')(subject) ??
      (advertised !== undefined && !subject[advertised]
        ? `the driver does not advertise ${rpc}`
        : undefined),
    async run(trial) {
      const volume = await trial.volume([OLD]);
      for (const before of STEPS.slice(0, index)) await trial.need(before.rpc, before.take(volume));
      await trial.expect(`${rpc} with SINGLE_NODE_WRITER`, take(volume), ['OK']);
    },
  })),
];

async function tryCreate(trial: Trial): Promise<void> {
  const refusal = await creation(trial, 'SINGLE_NODE_WRITER');
  if (refusal === undefined) return;
  // A driver that creates no volume at all says nothing about the mode.
  const control = await creation(trial, 'SINGLE_NODE_MULTI_WRITER');
  if (control !== undefined && (await creation(trial, 'SINGLE_NODE_SINGLE_WRITER')) !== undefined) {
    throw refusal;
  }
  const sent = 'CreateVolume with SINGLE_NODE_WRITER';
  trial.deviates({ sent, came: refusal.message, wanted: 'OK' });
}

/** How the driver refuses to create a volume in a mode; undefined when it creates one. */
async function creation(trial: Trial, mode: Mode): Promise<Untestable | undefined> {
  try {
    await trial.volume([mountCapability(mode)]);
    return undefined;
  } catch (error) {
    if (error instanceof Untestable) return error;
    throw error;
  }
}
