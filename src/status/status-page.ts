import { readFileSync } from 'node:fs';
import type { CallObserver } from '../csi/ended-call.js';
import type { Around } from '../csi/around.js';
import type { Page } from '../http/http-server.js';
import type { Inventory } from '../services/administration/inventory.js';
import { refusedCalls } from './refused-calls.js';
import { runningCalls } from './running-calls.js';
import type { Status } from './status.js';

/** A page for people: volumes, who has them, calls under way, why calls were refused. */
export interface StatusPage {
  readonly pages: readonly Page[];
  /** Sees the calls of a node's socket while they run, and once they have ended. */
  layer(nodeId: string): Around;
  observer(nodeId: string): CallObserver;
}

export interface StatusPageOptions {
  readonly driver: Status['driver'];
  health(): { readonly state: string; readonly reason?: string };
  /** Undefined while the state is not open. */
  state(): Pick<Inventory, 'firstVolumes'> | undefined;
  readonly faults: { list(): Status['faults'] };
}

/** More would make a page that nobody reads. */
const MOST_VOLUMES = 200;

const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
] as const;

export function statusPage({ driver, health, state, faults }: StatusPageOptions): StatusPage {
  const running = runningCalls();
  const refused = refusedCalls();

  function now(): Status {
    const { state: doing, reason = '' } = health();
    const { volumes, total } = state()?.firstVolumes(MOST_VOLUMES) ?? { volumes: [], total: 0 };
    return {
      driver,
      ready: doing === 'ready',
      reason,
      volumes,
      volumeCount: total,
      running: running.list(),
      refused: refused.list(),
      faults: faults.list(),
    };
  }

  return {
    layer: running.layer,
    observer: refused.observer,
    pages: [
      ...FILES.map(([path, name, type]) => {
        const body = readFileSync(
          new URL(`../../../src/status/page/${name}`, import.meta.url),
          'utf8',
        );
        return { path, answer: () => ({ status: 200 as const, type, body }) };
      }),
      {
        path: '/status.json',
        answer: () => ({ status: 200, type: 'application/json', body: JSON.stringify(now()) }),
      },
    ],
  };
}
