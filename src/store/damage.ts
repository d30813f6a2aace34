import { StoreError } from './store.js';

/** The error for a store that was damaged or lost. Nothing repairs it: LevelDB's repair loses records. */
export function damage(what: string, options?: ErrorOptions): StoreError {
  return new StoreError(
    `${what}. No record was changed, and nothing is repaired by itself. If files of the store were ` +
      'damaged or lost, move the directory of the store away and run `csi-mock pool rebuild`: it makes a new ' +
      "store from the pool's descriptors",
    options,
  );
}

/** The error for a store that a newer driver has written to. */
export function newer(what: string): StoreError {
  return new StoreError(
    `${what}. No record was changed; use the driver that wrote it, or one that is newer still`,
  );
}
