import type { VolumeCondition__Output } from '../../csi/generated/csi/v1/VolumeCondition.js';
import type { Check } from '../check.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { nodeCapability } from '../prerequisite.js';
import { mountCapability, type Trial } from '../trial.js';
import { entriesOf } from './controller-list.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const FIXED = {
  since: '1.3.0',
  level: 'MUST',
  rule: 'with VOLUME_CONDITION the volume_condition is there, and its message is required',
} as const;

/** The VolumeCondition that a driver advertises. */
export const conditionChecks: readonly Check[] = [
  {
    ...FIXED,
    id: 'condition/get-volume',
    title: 'ControllerGetVolume tells the condition of a volume',
    section: 'ControllerGetVolume',
    untestable: allOf(controllerCapability('VOLUME_CONDITION'), controllerCapability('GET_VOLUME')),
    async run(trial) {
      const { id: volume_id } = await trial.volume([WRITER]);
      const { controller } = trial.subject.controller;
      const asked = controller.ControllerGetVolume({ volume_id }, trial.call);
      const { code } = await trial.expect('ControllerGetVolume', asked, ['OK']);
      if (code === 'OK') {
        expectCondition(trial, 'ControllerGetVolume', (await asked).status?.volume_condition);
      }
    },
  },
  {
    ...FIXED,
    id: 'condition/list-volumes',
    title: 'ListVolumes tells the condition of each volume',
    section: 'ListVolumes',
    untestable: allOf(
      controllerCapability('VOLUME_CONDITION'),
      controllerCapability('LIST_VOLUMES'),
    ),
    async run(trial) {
      const { id } = await trial.volume([WRITER]);
      const entries = await entriesOf(trial, 0);
      const own = entries.find(({ volume }) => volume?.volume_id === id);
      expectCondition(trial, 'ListVolumes', own?.status?.volume_condition);
    },
  },
  {
    ...FIXED,
    id: 'condition/node',
    title: 'NodeGetVolumeStats tells the condition of a volume',
    section: 'NodeGetVolumeStats',
    untestable: nodeCapability('VOLUME_CONDITION'),
    async run(trial) {
      const volume = await trial.readyFor(WRITER);
      await trial.need('NodePublishVolume', volume.publish('a', WRITER));
      const asked = trial.node.client.node.NodeGetVolumeStats(
        {
          volume_id: volume.id,
          volume_path: volume.targetPath('a'),
          staging_target_path: trial.subject.stage ? volume.stagingPath() : '',
        },
        trial.call,
      );
      const { code } = await trial.expect('NodeGetVolumeStats', asked, ['OK']);
      if (code === 'OK')
        expectCondition(trial, 'NodeGetVolumeStats', (await asked).volume_condition);
    },
  },
];

function expectCondition(
  trial: Trial,
  sent: string,
  condition: VolumeCondition__Output | null | undefined,
): void {
  if (!condition) {
    trial.deviates({ sent, came: 'no volume_condition', wanted: 'a volume_condition' });
  } else if (condition.message === '') {
    trial.deviates({ sent, came: 'a volume_condition without a message', wanted: 'a message' });
  }
}
