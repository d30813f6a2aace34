import { setTimeout as delay } from 'node:timers/promises';
import { PATIENCE_MS } from '../patience.js';

/** Resolves once `check` no longer throws; rejects as it did last when that takes longer than anything should. */
export async function eventually(check: () => unknown): Promise<void> {
  const tooLate = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > tooLate) throw error;
      await delay(5);
    }
  }
}
