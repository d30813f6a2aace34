import type { Check } from '../check.js';
import { aliveChecks } from './alive.js';
import { controllerChecks } from './controller.js';
import { nodeChecks } from './node.js';
import { publishTableChecks } from './publish-table.js';

/** All checks, in the order in which they are made and reported. */
export const CHECKS: readonly Check[] = [
  ...controllerChecks,
  ...publishTableChecks,
  ...nodeChecks,
  ...aliveChecks,
];
