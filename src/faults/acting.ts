import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import type { ArmedRule, Firing } from './armed-rule.js';

/**
 * Does to a call what a rule says, but for the response. Rejects with what the call is to fail with, or
 * with the reason why nobody waits for its end any more.
 */
export async function act(
  { id, is: { delayMs, end } }: ArmedRule,
  { failure }: Firing,
  call: Call,
  exit: (code: number) => void,
): Promise<void> {
  if (delayMs > 0 || end !== undefined) {
    const what = failure?.code ?? end?.kind ?? `${delayMs} ms`;
    call.warn('a fault rule acts', { rule: id, act: what });
  }
  if (delayMs > 0) await unlessGivenUp(call, (signal) => delay(delayMs, undefined, { signal }));
  if (end === undefined) return;
  switch (end.kind) {
    case 'fail':
      if (failure === undefined) return;
      throw new StatusError(failure.code, failure.message ?? `fault rule ${id} says so`);
    case 'exit':
      exit(end.code);
      break;
    case 'drop':
      call.drop();
      break;
    case 'hang':
  }
  await unlessGivenUp(call, never);
}

/** Rejects with the signal's reason as soon as the caller has gone. */
async function unlessGivenUp(
  { signal }: Call,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    signal.throwIfAborted();
    await work(signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Waits for ever, but for the signal. */
function never(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
