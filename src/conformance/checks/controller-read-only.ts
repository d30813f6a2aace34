import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../check.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { mountCapability, type Trial } from '../trial.js';
import { needVisible } from '../visible-mount.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');

/** What readonly means when it stands in ControllerPublishVolume alone. */
export const controllerReadOnlyChecks: readonly Check[] = [
  {
    id: 'attach/readonly/refuses-writes',
    title: 'a volume that is controller-published with readonly cannot be written to',
    section: 'ControllerPublishVolume',
    since: '1.0.0',
    level: 'MUST',
    rule: 'readonly: the volume is published in readonly mode, whatever NodePublishVolume is told',
    untestable: allOf(
      controllerCapability('PUBLISH_UNPUBLISH_VOLUME'),
      controllerCapability('PUBLISH_READONLY'),
    ),
    run: tryWrite,
  },
];

async function tryWrite(trial: Trial): Promise<void> {
  const volume = await trial.volume([WRITER]);
  await trial.need('ControllerPublishVolume', volume.attach(WRITER, { readonly: true }));
  await trial.need('NodeStageVolume', volume.stage(WRITER));
  await trial.need('NodePublishVolume', volume.publish('a', WRITER));
  const path = volume.targetPath('a');
  needVisible(path);
  try {
    writeFileSync(join(path, 'csi-check'), 'written');
  } catch {
    return;
  }
  trial.deviates({
    sent: 'a write to a volume that is controller-published with readonly',
    came: 'written',
    wanted: 'a refusal',
  });
}
