import type { ListedRule } from '../faults/listed-rule.js';
import type { VolumeState } from '../services/administration/inventory.js';
import type { RefusedCall } from './refused-calls.js';
import type { RunningCall } from './running-calls.js';

/** What the status page shows. Made of JSON alone, and without secrets. */
export interface Status {
  readonly driver: {
    readonly name: string;
    readonly version: string;
    readonly nodes: readonly string[];
  };
  readonly ready: boolean;
  /** Why it is not ready; empty when it is. */
  readonly reason: string;
  /** The first ones in the order of their ids. */
  readonly volumes: readonly VolumeState[];
  readonly volumeCount: number;
  readonly running: readonly RunningCall[];
  /** The latest first. */
  readonly refused: readonly RefusedCall[];
  readonly faults: readonly ListedRule[];
}
