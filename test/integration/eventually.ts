import { setTimeout as delay } from 'node:timers/promises';

/** Resolves once `check` no longer throws; rejects as it did last when that takes longer than anything should. */
export async function eventually(check: () => unknown): Promise<void> {
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(5);
    }
  }
}
