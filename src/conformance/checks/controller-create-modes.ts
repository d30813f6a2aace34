import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { describeOutcome, outcomeOf } from '../outcome.js';
import { MODES, NEW_MODES } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';

const CREATES = controllerCapability('CREATE_DELETE_VOLUME');
const HAS_CAPABILITY = controllerCapability('SINGLE_NODE_MULTI_WRITER');

/** Which access modes CreateVolume takes. */
export const controllerCreateModesChecks: readonly Check[] = [
  {
    id: 'create/modes',
    title: 'CreateVolume for each access mode: a volume with an id of its own, or a refusal',
    section: 'CreateVolume',
    since: '1.0.0',
    level: 'MUST',
    rule: 'a volume has a volume_id, which is no other volume’s and at most 128 bytes long',
    untestable: CREATES,
    run: tryModes,
  },
  {
    id: 'create/single-node-writer',
    title:
      'CreateVolume takes SINGLE_NODE_WRITER also with the capability SINGLE_NODE_MULTI_WRITER',
    section: 'ControllerGetCapabilities',
    since: '1.5.0',
    level: 'MUST',
    rule: 'with the capability, SINGLE_NODE_WRITER is accepted, so that older COs go on working',
    untestable: allOf(CREATES, HAS_CAPABILITY),
    async run(trial) {
      const creating = ['SINGLE_NODE_SINGLE_WRITER', 'SINGLE_NODE_MULTI_WRITER'] as const;
      const outcomes = await Promise.all(creating.map((mode) => tryMode(trial, mode)));
      if (outcomes.every(({ code }) => code !== 'OK')) {
        throw new Untestable('neither of the new modes is accepted');
      }
      const writer = trial.create({ volume_capabilities: [mountCapability('SINGLE_NODE_WRITER')] });
      await trial.expect('CreateVolume for SINGLE_NODE_WRITER', writer, ['OK']);
    },
  },
  {
    id: 'create/new-modes',
    title:
      'CreateVolume takes one of the modes that the capability SINGLE_NODE_MULTI_WRITER promises',
    section: 'ControllerGetCapabilities',
    since: '1.5.0',
    level: 'MUST',
    rule: 'the capability says that SINGLE_NODE_SINGLE_WRITER, SINGLE_NODE_MULTI_WRITER or both are supported',
    untestable: allOf(CREATES, HAS_CAPABILITY),
    async run(trial) {
      await trial.need('CreateVolume for SINGLE_NODE_WRITER', make(trial, 'SINGLE_NODE_WRITER'));
      const single = await tryMode(trial, 'SINGLE_NODE_SINGLE_WRITER');
      const multi = await tryMode(trial, 'SINGLE_NODE_MULTI_WRITER');
      if (single.code === 'OK' || multi.code === 'OK') return;
      trial.deviates({
        sent: 'CreateVolume for SINGLE_NODE_SINGLE_WRITER, then for SINGLE_NODE_MULTI_WRITER',
        came: `${describeOutcome(single)}, then ${describeOutcome(multi)}`,
        wanted: 'OK for one of them',
      });
    },
  },
  ...[...NEW_MODES].map((mode): Check => ({
    id: `create/without-capability/${mode}`,
    title: `CreateVolume for ${mode} without the capability: INVALID_ARGUMENT`,
    section: 'Error Scheme',
    since: '1.5.0',
    level: 'SHOULD',
    rule: 'INVALID_ARGUMENT for a value that the plugin does not support',
    untestable: allOf(CREATES, (subject) =>
      HAS_CAPABILITY(subject) === undefined
        ? 'the Controller service advertises SINGLE_NODE_MULTI_WRITER'
        : undefined,
    ),
    async run(trial) {
      await trial.need('CreateVolume for SINGLE_NODE_WRITER', make(trial, 'SINGLE_NODE_WRITER'));
      await trial.expect(`CreateVolume for ${mode}`, make(trial, mode), ['INVALID_ARGUMENT']);
    },
  })),
];

type Mode = (typeof MODES)[number];

function make(trial: Trial, mode: Mode) {
  return trial.create({ volume_capabilities: [mountCapability(mode)] });
}

function tryMode(trial: Trial, mode: Mode) {
  return outcomeOf(make(trial, mode));
}

async function tryModes(trial: Trial): Promise<void> {
  const supported: string[] = [];
  const ids = new Set<string>();
  for (const mode of MODES) {
    const creating = make(trial, mode);
    const { code } = await outcomeOf(creating);
    if (code !== 'OK') continue;
    const { id } = await creating;
    supported.push(mode);
    const wrong = [
      id === '' && 'an empty volume_id',
      Buffer.byteLength(id) > 128 && 'a volume_id of more than 128 bytes',
      ids.has(id) && `volume_id ${id} for a second volume`,
    ].filter((each) => each !== false);
    for (const came of wrong) {
      trial.deviates({ sent: `CreateVolume for ${mode}`, came, wanted: 'an id of its own' });
    }
    ids.add(id);
  }
  if (supported.length === 0) throw new Untestable('CreateVolume was refused for every mode');
  trial.reads(`creates volumes for ${supported.join(', ')}`);
}
