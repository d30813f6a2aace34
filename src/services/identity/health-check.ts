import type { Health } from './identity.js';

/** Checks, from time to time, that what the driver needs is still there. */
interface HealthCheck {
  /** The last finding, at most `maxAgeMs` old: Probe may be called at any rate. */
  health(): Health;
}

/** `checks` return why the driver is unhealthy, or undefined; the first reason counts. */
export function healthCheck(
  checks: readonly (() => string | undefined)[],
  maxAgeMs: number,
): HealthCheck {
  let found: Health = { state: 'ready' };
  let checkedAt = -Infinity;
  return {
    health() {
      const now = performance.now();
      if (now - checkedAt >= maxAgeMs) {
        checkedAt = now;
        found = { state: 'ready' };
        for (const check of checks) {
          const reason = check();
          if (reason !== undefined) {
            found = { state: 'unhealthy', reason };
            break;
          }
        }
      }
      return found;
    },
  };
}
