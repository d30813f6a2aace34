import { StatusError } from '../csi/status.js';

/** What has to be undone, the last thing first. */
export interface Undo {
  push(step: () => Promise<unknown>): void;
  /**
   * Undoes everything, also when steps fail; each is tried twice, because a driver may refuse one
   * before another is done. Resolves with the errors of what could not be undone.
   */
  all(): Promise<unknown[]>;
}

export function undoStack(): Undo {
  let steps: (() => Promise<unknown>)[] = [];
  return {
    push(step) {
      steps.push(step);
    },
    async all() {
      const failures = await backwards(steps);
      const [again, errors] = [failures.map(({ step }) => step).toReversed(), [] as unknown[]];
      steps = [];
      for (const { error } of await backwards(again)) errors.push(error);
      return errors;
    },
  };
}

async function backwards(
  steps: readonly (() => Promise<unknown>)[],
): Promise<{ readonly step: () => Promise<unknown>; readonly error: unknown }[]> {
  const failures: { step: () => Promise<unknown>; error: unknown }[] = [];
  for (const step of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      // What is gone needs no undoing, whether or not the driver should have said so.
      if (error instanceof StatusError && error.code === 'NOT_FOUND') continue;
      failures.push({ step, error });
    }
  }
  return failures;
}
