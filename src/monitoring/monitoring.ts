import type { CallObserver } from '../csi/ended-call.js';
import { listenAddress } from '../csi/listen-address.js';
import type { Log } from '../log.js';
import { metrics, type MetricCounts } from '../metrics/metrics.js';
import type { Around } from '../csi/around.js';
import { statusPage, type StatusPageOptions } from '../status/status-page.js';
import { serveHttp } from '../http/http-server.js';
import { monitoringPages } from './pages.js';

/** What a driver tells monitoring, over HTTP. */
export interface Monitoring {
  /** As a URL. */
  readonly url: string;
  /** Told of the calls of a node's socket. */
  observers(nodeId: string): readonly CallObserver[];
  /** Around the calls of a node's socket. */
  layers(nodeId: string): readonly Around[];
  stop(): Promise<void>;
}

export interface MonitoringOptions {
  /** `HOST:PORT` or `:PORT`. */
  readonly endpoint: string;
  readonly log: Log;
  health(): { readonly state: string; readonly reason?: string };
  /** Undefined while the state is not open. */
  counts(): MetricCounts | undefined;
  readonly faults: StatusPageOptions['faults'];
  /** Undefined: only monitoring is served. */
  readonly page: Pick<StatusPageOptions, 'driver' | 'state'> | undefined;
}

/** Serves /metrics and /healthz from when it resolves. Throws a ListenError. */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const { endpoint, log, health, counts, faults, page } = options;
  const address = listenAddress(`tcp://${endpoint}`);
  if (address === undefined || !('port' in address)) {
    throw new TypeError(`not an address for HTTP: ${endpoint}`);
  }
  const measured = metrics(() => ({
    counts: counts(),
    faultsFired: new Map(faults.list().map(({ id, fired }) => [id, fired])),
  }));
  const pages = monitoringPages(measured, () => {
    const { state, reason = '' } = health();
    return { ready: state === 'ready', reason };
  });
  const shown = page && statusPage({ ...page, health, faults });
  const server = await serveHttp({ address, pages: [...pages, ...(shown?.pages ?? [])], log });
  log.info({ url: server.url }, 'metrics and health are served');
  return {
    url: server.url,
    observers: (nodeId) => [
      measured.observe,
      ...(shown === undefined ? [] : [shown.observer(nodeId)]),
    ],
    layers: (nodeId) => (shown === undefined ? [] : [shown.layer(nodeId)]),
    stop: server.stop,
  };
}
