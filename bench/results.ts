import type { ProcessMemory } from './process-memory.js';
import type { Outcome } from './rounds.js';
import type { StartUp } from './start-up.js';

/** All that was measured. */
export interface Results {
  readonly runs: readonly Run[];
  readonly starts: readonly Start[];
  readonly memory: readonly MemoryUse[];
}

/** One scenario, with so many volumes present. */
export interface Run {
  readonly title: string;
  readonly volumes: number;
  readonly ours: Outcome;
  /** Undefined without one. */
  readonly peer: Outcome | undefined;
  /** A driver of ours with as many volumes as the lowest level has; undefined at that level and below. */
  readonly few: Outcome | undefined;
}

export interface Start extends StartUp {
  readonly volumes: number;
}

export interface MemoryUse extends ProcessMemory {
  readonly driver: string;
  readonly volumes: number;
}
