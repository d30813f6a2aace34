import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { modes } from '../prerequisite.js';
import type { Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';

/** What was published goes on to count when the driver is restarted. */
export const restartChecks: readonly Check[] = [
  {
    id: 'restart/repeat',
    title: 'NodePublishVolume before and after a restart of the driver, the same',
    section: 'NodePublishVolume',
    since: '1.0.0',
    level: 'MUST',
    rule: 'the operation is idempotent',
    async run(trial) {
      await restarted(trial, 'SINGLE_NODE_WRITER');
    },
  },
  {
    id: 'restart/other-arguments',
    title: 'NodePublishVolume before and after a restart of the driver, with another readonly',
    section: 'NodePublishVolume Errors',
    since: '1.0.0',
    level: 'MUST',
    rule: 'a volume that is published at the target path, but is incompatible with the readonly flag, is ALREADY_EXISTS',
    async run(trial) {
      const mode = 'SINGLE_NODE_WRITER';
      const volume = await restarted(trial, mode);
      const second = volume.publish('a', mountCapability(mode), { readonly: true });
      const sent = 'NodePublishVolume with another readonly after a restart';
      await trial.expect(sent, second, ['ALREADY_EXISTS']);
    },
  },
  {
    id: 'restart/other-target',
    title:
      'NodePublishVolume of a SINGLE_NODE_SINGLE_WRITER volume at another target path after a restart of the driver',
    section: 'NodePublishVolume',
    since: '1.5.0',
    level: 'SHOULD',
    rule: "the table's cell for SINGLE_NODE_SINGLE_WRITER, T1!=T2, P1=P2",
    untestable: modes('SINGLE_NODE_SINGLE_WRITER'),
    async run(trial) {
      const mode = 'SINGLE_NODE_SINGLE_WRITER';
      const volume = await restarted(trial, mode);
      const sent = 'NodePublishVolume at another target path after a restart';
      const second = volume.publish('b', mountCapability(mode));
      await trial.expect(sent, second, ['FAILED_PRECONDITION']);
    },
  },
];

/** A volume that was published, and after a restart of the driver again. */
async function restarted(trial: Trial, mode: Mode): Promise<TrialVolume> {
  if (trial.restart === undefined) {
    throw new Untestable('nobody told the checker how to restart the driver');
  }
  const volume = await trial.readyVolume(mode);
  const capability = mountCapability(mode);
  await trial.need('the first NodePublishVolume', volume.publish('a', capability));
  await trial.restart();
  const sent = 'NodePublishVolume again after a restart';
  await trial.expect(sent, volume.publish('a', capability), ['OK']);
  return volume;
}
