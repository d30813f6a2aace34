import type { CallObserver } from '../csi/ended-call.js';
import { idsOf } from './ids-of.js';

/** A call that was not answered with OK, and why. */
export interface RefusedCall {
  /** `NodePublishVolume`. */
  readonly rpc: string;
  readonly node: string;
  /** ISO 8601. */
  readonly begun: string;
  readonly code: string;
  readonly message: string;
  /** The volume, snapshot or paths that it names. */
  readonly about: readonly string[];
}

/** The last calls that were refused. */
export interface RefusedCalls {
  /** Notes the calls of a node's socket. */
  observer(nodeId: string): CallObserver;
  /** The latest first. */
  list(): readonly RefusedCall[];
}

const KEPT = 100;
/** In characters. */
const LONGEST = 500;

export function refusedCalls(): RefusedCalls {
  const kept: RefusedCall[] = [];
  return {
    observer:
      (node) =>
      ({ path, begunAt, code, message, request }) => {
        if (code === 'OK') return;
        kept.unshift({
          rpc: cut(path.slice(path.lastIndexOf('/') + 1)),
          node,
          begun: new Date(begunAt).toISOString(),
          code,
          message: cut(message),
          about: idsOf(request ?? null),
        });
        kept.length = Math.min(kept.length, KEPT);
      },
    list: () => kept,
  };
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
