import type { CallLog } from '../calls/call-log.js';
import type { FaultRules } from '../faults/fault-rules.js';
import { StatusError } from '../csi/status.js';
import type { Adopting } from '../services/administration/adopting.js';
import type { Adoption } from '../services/administration/adoption.js';
import type { Cleared, Clearing } from '../services/administration/clearing.js';
import type { Inventory } from '../services/administration/inventory.js';
import { volumeNotFound } from '../services/outcome.js';
import type { Simulations } from '../services/simulations.js';

/**
 * What can be seen of a driver and done to it while it runs, beside the CSI. The admin socket does no
 * more than this. What needs the driver's state throws UNAVAILABLE until that is open.
 */
export interface Control extends Inventory {
  /** The calls that were answered. */
  readonly calls: CallLog;
  /** What has calls fail, hang and worse. */
  readonly faults: FaultRules;
  /** Has a volume reported as abnormal, or, without a reason, no longer. Throws NOT_FOUND. */
  setHealth(volumeId: string, abnormal: string | undefined): void;
  /** Forgets that a volume is published or staged at a path, and unmounts it there if it is mounted. */
  clearMount(volumeId: string, path: string): Promise<Cleared>;
  /** Forgets that a volume is attached to a node. */
  clearAttachment(volumeId: string, nodeId: string): Promise<Cleared>;
  /** Makes an existing directory a volume. Resolves with what was done, for a person to read. */
  adopt(adoption: Adoption): Promise<readonly string[]>;
}

export interface ControlDeps {
  readonly calls: CallLog;
  readonly faults: FaultRules;
  readonly simulations: Simulations;
  /** Throws UNAVAILABLE while there is none. */
  state(): {
    readonly inventory: Inventory;
    readonly clearing: Clearing;
    readonly adopting: Adopting | undefined;
  };
}

/** What is cleared by hand waits for its turn like a call, but nobody cancels it. */
const UNCANCELLED = new AbortController().signal;

export function control({ calls, faults, simulations, state }: ControlDeps): Control {
  /** What ends the simulation, by volume. */
  const abnormal = new Map<string, () => void>();
  return {
    calls,
    faults,
    volumes: () => state().inventory.volumes(),
    volume: (id) => state().inventory.volume(id),
    firstVolumes: (limit) => state().inventory.firstVolumes(limit),
    nodes: () => state().inventory.nodes(),

    setHealth(volumeId, reason) {
      if (state().inventory.volume(volumeId) === undefined) throw volumeNotFound(volumeId);
      abnormal.get(volumeId)?.();
      abnormal.delete(volumeId);
      if (reason === undefined) return;
      abnormal.set(
        volumeId,
        simulations.makeAbnormal((id) => id === volumeId, reason),
      );
    },

    clearMount: async (volumeId, path) => state().clearing.mount(volumeId, path, UNCANCELLED),
    clearAttachment: async (volumeId, nodeId) =>
      state().clearing.attachment(volumeId, nodeId, UNCANCELLED),

    async adopt(adoption) {
      const { adopting } = state();
      if (adopting !== undefined) return adopting.adopt(adoption);
      throw new StatusError('UNIMPLEMENTED', 'volumes are adopted by the driver of the controller');
    },
  };
}
