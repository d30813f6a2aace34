import type { Check } from '../check.js';
import { allOf, controllerMode } from '../controller-prerequisite.js';
import { modes, modesSince } from '../prerequisite.js';
import type { Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';

/** Modes that Kubernetes uses a volume in which another version, or another claim, was created in. */
const MOVES: readonly (readonly [Mode, Mode, string])[] = [
  [
    'SINGLE_NODE_WRITER',
    'SINGLE_NODE_SINGLE_WRITER',
    'a ReadWriteOnce volume is moved to ReadWriteOncePod',
  ],
  [
    'SINGLE_NODE_MULTI_WRITER',
    'SINGLE_NODE_SINGLE_WRITER',
    'a ReadWriteOnce volume is moved to ReadWriteOncePod',
  ],
  [
    'SINGLE_NODE_WRITER',
    'SINGLE_NODE_MULTI_WRITER',
    'a ReadWriteOnce volume outlives the upgrade of the driver to the new modes',
  ],
  [
    'SINGLE_NODE_MULTI_WRITER',
    'SINGLE_NODE_WRITER',
    'a ReadWriteOnce volume is used by a node that does not know the new modes yet',
  ],
];

/** Far beyond what the volume was created for. */
const BEYOND: readonly (readonly [Mode, Mode])[] = [
  ['SINGLE_NODE_SINGLE_WRITER', 'MULTI_NODE_MULTI_WRITER'],
  ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_MULTI_WRITER'],
];

/** Which other modes a volume can be used in than the one that it was created for. */
export const supportsChecks: readonly Check[] = [
  ...MOVES.map(([created, used, story]): Check => ({
    id: `supports/moved/${created}/${used}`,
    title: `a volume created with ${created} is published with ${used}`,
    section: 'NodePublishVolume',
    since: '1.5.0',
    level: 'SHOULD',
    rule: `the spec leaves it to the volume; Kubernetes needs it when ${story}`,
    untestable: allOf(modes(created, used), controllerMode(created), controllerMode(used)),
    async run(trial) {
      await tryUse(trial, created, used, ['OK']);
    },
  })),
  ...BEYOND.map(([created, used]): Check => ({
    id: `supports/beyond/${created}/${used}`,
    title: `a volume created with ${created} is published with ${used}`,
    section: 'NodePublishVolume Errors',
    since: modesSince(created, used),
    level: 'MUST',
    rule: 'capabilities that the volume does not support are FAILED_PRECONDITION; which it supports is left to it',
    untestable: allOf(modes(created, used), controllerMode(created), controllerMode(used)),
    async run(trial) {
      // A mode that the driver does not know at all may be refused otherwise.
      await trial.readyVolume(used);
      const answer = await tryUse(trial, created, used, ['OK', 'FAILED_PRECONDITION']);
      trial.reads(`used in ${used}, created with ${created}: ${answer}`);
    },
  })),
];

/** Resolves with the code of the first call that was refused, or OK. */
async function tryUse(
  trial: Trial,
  created: Mode,
  used: Mode,
  wanted: readonly ('OK' | 'FAILED_PRECONDITION')[],
): Promise<string> {
  const capability = mountCapability(used);
  const volume = await trial.volume([mountCapability(created)]);
  const steps = [
    ['ControllerPublishVolume', () => volume.attach(capability)],
    ['NodeStageVolume', () => volume.stage(capability)],
    ['NodePublishVolume', () => volume.publish('a', capability)],
  ] as const;
  for (const [rpc, take] of steps) {
    const sent = `${rpc} with ${used}, created with ${created}`;
    const { code } = await trial.expect(sent, take(), wanted);
    if (code !== 'OK') return `${rpc} is ${code}`;
  }
  return 'OK';
}
