import type { Code } from '../csi/status.js';
import type { Outcome } from './outcome.js';
import type { Trial } from './trial.js';

/**
 * Expects what the table says of a second NodePublishVolume with another `volume_capability`, or what
 * the sentence above the table says: FAILED_PRECONDITION. Where they contradict each other, notes which
 * of them the driver follows.
 */
export async function expectContradicted(
  trial: Trial,
  sent: string,
  call: Promise<unknown>,
  cell: Code | 'OK',
): Promise<Outcome> {
  const wanted = [...new Set<Code | 'OK'>([cell, 'FAILED_PRECONDITION'])];
  const outcome = await trial.expect(sent, call, wanted);
  if (wanted.length > 1 && wanted.includes(outcome.code)) {
    const source = outcome.code === cell ? 'the table' : 'the sentence above the table';
    trial.reads(`another volume_capability: ${outcome.code}, as ${source} has it`);
  }
  return outcome;
}
