import type { Check } from './check.js';
import { NEW_MODES, type Mode } from './spec-table.js';

/** What a driver has to advertise before a check says anything about it. */
export type Prerequisite = NonNullable<Check['untestable']>;

/** That the node service knows these modes. */
export function modes(...needed: readonly Mode[]): Prerequisite {
  return ({ singleNodeMultiWriter }) =>
    needed.some((mode) => NEW_MODES.has(mode)) && !singleNodeMultiWriter
      ? 'the node service does not advertise SINGLE_NODE_MULTI_WRITER'
      : undefined;
}

/** That the node service, on the first node, advertises a capability. */
export function nodeCapability(name: string): Prerequisite {
  return ({ nodes: [first] }) =>
    first?.capabilities.has(name) === true
      ? undefined
      : `the node service does not advertise ${name}`;
}

/** The version of the spec that the first of these modes came with. */
export function modesSince(...named: readonly Mode[]): string {
  return named.some((mode) => NEW_MODES.has(mode)) ? '1.5.0' : '1.0.0';
}
