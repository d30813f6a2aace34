import type { Around } from '../csi/around.js';
import type { CallObserver } from '../csi/ended-call.js';
import { fits, type CallFilter } from './call-filter.js';
import { callMemory } from './call-memory.js';
import { callRecord, type CallRecord } from './call-record.js';
import { keptCall, type CallBytes, type CallFacts } from './kept-call.js';
import { volumeNames } from './volume-names.js';

/** The calls that a driver has answered, the last of them. */
export interface CallLog {
  /** The kept calls that fit, the oldest first; with `last`, so many of them from the end. */
  list(filter?: CallFilter, last?: number): readonly CallRecord[];
  /** Has the listener told of every call from now on that fits, until the result is called. */
  follow(listener: (call: CallRecord) => void, filter?: CallFilter): () => void;
  /**
   * Resolves with the first call that fits, at once when it is among those that are kept. Resolves
   * with undefined after the time, when the signal aborts, or when the driver stops.
   */
  wait(filter: CallFilter, options: WaitOptions): Promise<CallRecord | undefined>;
  /** Forgets the calls so far; ids go on. Answers how many it forgot. */
  reset(): number;
}

export interface WaitOptions {
  /** Infinity waits without end; any other time beyond 2147483647, some 24 days, is taken for that. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Takes calls down. */
export interface CallRecorder extends CallLog {
  /** What takes down the calls of the socket of a node. */
  observer(nodeId: string): CallObserver;
  /** Around calls: learns what their volumes are called while these are there. */
  readonly layer: Around;
  /** Ends what follows and waits. */
  close(): void;
}

export interface RecorderOptions {
  /** How many calls are kept. */
  readonly calls: number;
  /** How many bytes their messages may take. */
  readonly bytes: number;
  /** Where each call goes beside. */
  readonly outlets: readonly CallOutlet[];
  /** The name of a volume by its id; undefined where there is none. */
  readonly volumeName: (volumeId: string) => string | undefined;
}

/** In ms: what a timer can be; with more it ends at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Must not keep the bytes: they change. */
export type CallOutlet = (facts: CallFacts, bytes: CallBytes) => void;

/**
 * Keeps the messages as they were on the wire: exact in size, cheap to keep, and out of the reach of
 * whatever changes a message later. They are read, and secrets taken out, when somebody looks.
 */
export function callRecorder(options: RecorderOptions): CallRecorder {
  const { calls, bytes, outlets } = options;
  const memory = callMemory(calls, bytes);
  const names = volumeNames(options.volumeName);
  const listeners = new Set<(call: CallRecord) => void>();
  const waiting = new Set<() => void>();
  let lastId = 0;
  let isClosed = false;

  function follow(listener: (call: CallRecord) => void, filter: CallFilter = {}): () => void {
    const told = (call: CallRecord): void => {
      if (fits(call, filter)) listener(call);
    };
    listeners.add(told);
    return () => listeners.delete(told);
  }

  function* kept(filter: CallFilter): Generator<CallRecord> {
    for (const [facts, parts] of memory.calls()) {
      const record = callRecord(facts, parts);
      if (fits(record, filter)) yield record;
    }
  }

  return {
    observer(nodeId) {
      return (call) => {
        lastId += 1;
        if (calls === 0 && outlets.length === 0 && listeners.size === 0) return;
        const [facts, parts] = keptCall(call, lastId, nodeId, names.of(call.request));
        memory.add(facts, parts);
        for (const outlet of outlets) outlet(facts, parts);
        if (listeners.size === 0) return;
        const record = callRecord(facts, parts);
        for (const listener of listeners) {
          // Later: what a listener throws is not the call's.
          queueMicrotask(() => void (listeners.has(listener) && listener(record)));
        }
      };
    },

    layer(method, request, _call, next) {
      if (method.rpc === 'DeleteVolume') names.of(request);
      return next(request);
    },

    list(filter = {}, last = Infinity) {
      const fitting = [...kept(filter)];
      return fitting.slice(Math.max(0, fitting.length - last));
    },

    follow,

    wait(filter, { timeoutMs, signal }) {
      return new Promise((resolve) => {
        for (const record of kept(filter)) return resolve(record);
        if (isClosed || signal?.aborted === true) return resolve(undefined);
        const end = (record?: CallRecord): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          waiting.delete(giveUp);
          unfollow();
          resolve(record);
        };
        const giveUp = (): void => end();
        const timer =
          timeoutMs === Infinity
            ? undefined
            : setTimeout(giveUp, Math.min(timeoutMs, LONGEST_TIMER));
        const unfollow = follow(end, filter);
        signal?.addEventListener('abort', giveUp);
        waiting.add(giveUp);
      });
    },

    reset: () => memory.clear(),

    close() {
      isClosed = true;
      for (const giveUp of waiting) giveUp();
      listeners.clear();
    },
  };
}
