import type { RuleSite } from '../../src/faults/armed-rule.js';
import { noSimulations } from '../../src/services/simulations.js';

/** A driver that has no volumes but those that the rest says. */
export function ruleSite(rest: Partial<RuleSite> = {}): RuleSite {
  return {
    pretence: noSimulations(),
    volumeName: () => undefined,
    outOfTime: () => undefined,
    ...rest,
  };
}
