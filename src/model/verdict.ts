/** The canonical gRPC codes with which the rules refuse (spec: the error tables of each RPC). */
type RefusalCode =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'OUT_OF_RANGE';

/** A refusal: which rule fired, in words that a CO's user can act on. */
export interface Refusal<Code extends RefusalCode = RefusalCode> {
  readonly answer: Code;
  readonly message: string;
}

export function refuse<Code extends RefusalCode>(answer: Code, message: string): Refusal<Code> {
  return { answer, message };
}

/** Go ahead. */
export interface Allowed {
  readonly answer: 'OK';
}

/** Go ahead; `warnings`: rules of the lifecycle that were broken and, by option, are only logged. */
export interface Accepted extends Allowed {
  readonly warnings: readonly string[];
}

/** It is there already, as asked: nothing to do. */
export interface Idempotent {
  readonly answer: 'OK (idempotent)';
}
