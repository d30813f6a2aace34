import type { Around } from '../csi/around.js';
import { idsOf } from './ids-of.js';

/** A call that is being handled. */
export interface RunningCall {
  readonly rpc: string;
  readonly node: string;
  /** For how long, in ms. */
  readonly ms: number;
  /** The volume, snapshot or paths that it names. */
  readonly about: readonly string[];
}

/** The calls that are being handled now. */
export interface RunningCalls {
  /** Notes the calls of a node's socket. */
  layer(nodeId: string): Around;
  /** The longest first. */
  list(): readonly RunningCall[];
}

export function runningCalls(): RunningCalls {
  const running = new Set<{
    readonly rpc: string;
    readonly node: string;
    readonly begun: number;
    readonly request: object;
  }>();
  return {
    layer: (node) => async (method, request, _call, next) => {
      const call = { rpc: method.rpc, node, begun: performance.now(), request };
      running.add(call);
      try {
        return await next(request);
      } finally {
        running.delete(call);
      }
    },
    list() {
      const now = performance.now();
      return Array.from(running, ({ rpc, node, begun, request }) => ({
        rpc,
        node,
        ms: now - begun,
        about: idsOf(request),
      }));
    },
  };
}
