import type { Check } from '../check.js';
import { blockChecks } from './block.js';
import { conditionChecks } from './condition.js';
import { contentSourceChecks } from './content-source.js';
import { kubernetesContextChecks } from './kubernetes-context.js';
import { malformedNodeRequestChecks } from './malformed-node-request.js';
import { mountChecks } from './mounts.js';
import { oldCoChecks } from './old-co.js';
import { otherCapabilityChecks } from './other-capability.js';
import { raceChecks } from './races.js';
import { restartChecks } from './restart.js';
import { secretsChecks } from './secrets.js';
import { slotChecks } from './slots.js';
import { stagingChecks } from './staging.js';
import { statsChecks } from './stats.js';
import { supportsChecks } from './supports.js';
import { unpublishChecks } from './unpublish.js';

/** All checks of what the Node service answers, beside the cells of its tables. */
export const nodeChecks: readonly Check[] = [
  ...otherCapabilityChecks,
  ...slotChecks,
  ...oldCoChecks,
  ...secretsChecks,
  ...kubernetesContextChecks,
  ...malformedNodeRequestChecks,
  ...stagingChecks,
  ...unpublishChecks,
  ...raceChecks,
  ...mountChecks,
  ...supportsChecks,
  ...statsChecks,
  ...blockChecks,
  ...conditionChecks,
  ...contentSourceChecks,
  ...restartChecks,
];
