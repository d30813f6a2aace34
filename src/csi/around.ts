import type { Call } from './handler.js';

/** Which RPC a call is for, and where. */
export interface Method {
  readonly service: 'Identity' | 'Controller' | 'Node';
  /** `NodePublishVolume`. */
  readonly rpc: string;
  /** `/csi.v1.Node/NodePublishVolume`. */
  readonly path: string;
}

/**
 * Runs around the handler of every call whose request could be read: it may look at the request and the
 * response, replace either, wait, refuse by throwing, or answer without `next`. What `next` rejects with
 * is the handler's refusal. Calls of RPCs without a handler come here too.
 */
export type Around = (
  method: Method,
  request: object,
  call: Call,
  next: (request: object) => Promise<object>,
) => Promise<object>;

/** Several as one: the first is the outermost. Undefined for none. */
export function around(layers: readonly Around[]): Around | undefined {
  return layers.reduceRight<Around | undefined>(
    (inner, outer) =>
      inner === undefined
        ? outer
        : (method, request, call, next) =>
            outer(method, request, call, (changed) => inner(method, changed, call, next)),
    undefined,
  );
}
