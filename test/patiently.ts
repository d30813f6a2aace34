/**
 * Tries with a short time limit, then with ten times that, then with a hundred times: for what lets a limit
 * pass on purpose. On a machine that stands still for a moment a short one also passes where it should not.
 * Rejects as the last try does.
 */
export async function patiently(
  shortestMs: number,
  attempt: (limitMs: number) => Promise<void>,
): Promise<void> {
  for (const limitMs of [shortestMs, 10 * shortestMs]) {
    try {
      return await attempt(limitMs);
    } catch {
      // The next one has more time.
    }
  }
  await attempt(100 * shortestMs);
}
