import type { Metrics } from '../metrics/metrics.js';
import type { Page } from '../http/http-server.js';

/** How the driver is doing: `reason` says what keeps it from serving. */
export interface Doing {
  readonly ready: boolean;
  readonly reason: string;
}

/** What is served to monitoring: metrics, and whether the driver serves (200) or not (503). */
export function monitoringPages(metrics: Metrics, doing: () => Doing): readonly Page[] {
  return [
    {
      path: '/metrics',
      async answer() {
        return { status: 200, type: metrics.contentType, body: await metrics.text() };
      },
    },
    {
      path: '/healthz',
      answer() {
        const { ready, reason } = doing();
        const type = 'text/plain; charset=utf-8';
        return ready
          ? { status: 200, type, body: 'ok\n' }
          : { status: 503, type, body: `${reason}\n` };
      },
    },
  ];
}
