import type { Code } from './status.js';

/** A call as its caller saw it end: with an answer, or because the caller gave up. */
export interface EndedCall {
  /** `/csi.v1.Node/NodePublishVolume`; whatever the caller sent where no such RPC exists. */
  readonly path: string;
  /** In ms since the epoch. */
  readonly begunAt: number;
  /** How long it took. */
  readonly ms: number;
  readonly code: Code | 'OK';
  /** Why it was refused, as the caller was told; empty with OK. */
  readonly message: string;
  /** On the wire; undefined when none arrived whole. It need not be one that can be parsed. */
  readonly requestBytes: Buffer | undefined;
  /** What was read from it; undefined when it could not be. Layers may have changed it since. */
  readonly request: object | undefined;
  /** On the wire; undefined without an answer of OK. */
  readonly responseBytes: Buffer | undefined;
  /** What was answered with OK; undefined otherwise. */
  readonly response: object | undefined;
}

/**
 * Is told of every call once its caller is done, on the path of the call: it is quick, does not throw,
 * and keeps nothing of what it is given, for that may be large.
 */
export type CallObserver = (call: EndedCall) => void;
