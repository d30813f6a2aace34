import type { Check } from '../check.js';
import { capabilitiesChecks } from './capabilities.js';
import { controllerAttachChecks } from './controller-attach.js';
import { controllerAttachNodesChecks } from './controller-attach-nodes.js';
import { controllerCreateChecks } from './controller-create.js';
import { controllerCreateModesChecks } from './controller-create-modes.js';
import { controllerDeleteChecks } from './controller-delete.js';
import { controllerDetachChecks } from './controller-detach.js';
import { controllerExpandChecks } from './controller-expand.js';
import { controllerListChecks } from './controller-list.js';
import { controllerReadOnlyChecks } from './controller-read-only.js';
import { controllerValidateChecks } from './controller-validate.js';
import { controllerValidateUseChecks } from './controller-validate-use.js';
import { snapshotListChecks } from './snapshot-list.js';
import { snapshotChecks } from './snapshots.js';

/** What a driver advertises, and its Controller service in the order of a volume's life. */
export const controllerChecks: readonly Check[] = [
  ...capabilitiesChecks,
  ...controllerCreateChecks,
  ...controllerCreateModesChecks,
  ...controllerValidateChecks,
  ...controllerValidateUseChecks,
  ...controllerAttachChecks,
  ...controllerReadOnlyChecks,
  ...controllerAttachNodesChecks,
  ...controllerDetachChecks,
  ...controllerExpandChecks,
  ...controllerListChecks,
  ...controllerDeleteChecks,
  ...snapshotChecks,
  ...snapshotListChecks,
];
