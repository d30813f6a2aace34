import type { Check } from '../check.js';
import { publishTableChecks } from './publish-table.js';

/** All checks, in the order in which they are made and reported. */
export const CHECKS: readonly Check[] = [...publishTableChecks];
