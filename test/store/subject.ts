import type { Store } from '../../src/store/store.js';

/** Where stores are kept: opening it again after a close gives the same store. */
export interface Place {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

/** The store of one test. */
export interface Subject {
  /** As it was opened last. */
  readonly store: Store;
  /** Closes the store and opens it again. */
  reopen(): Promise<void>;
}
