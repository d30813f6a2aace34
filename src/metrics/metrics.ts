import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { CallObserver } from '../csi/ended-call.js';
import { RPCS } from '../csi/rpc.js';

/** What is measured when somebody asks, beside the calls. */
export interface Readings {
  /** Undefined while the state is not open. */
  readonly counts: MetricCounts | undefined;
  /** How often each fault rule has fired, by its id. */
  readonly faultsFired: ReadonlyMap<string, number>;
}

export interface MetricCounts {
  readonly volumes: number;
  readonly snapshots: number;
  /** In bytes. */
  readonly promisedBytes: bigint;
  readonly attachments: number;
  /** By access mode. */
  readonly publications: ReadonlyMap<string, number>;
}

/** Metrics in the format of Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** Counts a call once it has ended. */
  readonly observe: CallObserver;
  text(): Promise<string>;
}

/** In seconds: from what a Probe takes to what a CO waits for. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** For paths that name no RPC: whoever calls must not be able to make up labels. */
const NO_RPC = 'other';

/** `read` is asked for what is measured at the time. */
export function metrics(read: () => Readings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: 'csi_mock_calls_total',
    help: 'Calls that have ended, by RPC and by the gRPC code that the caller got.',
    labelNames: ['method', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'csi_mock_call_duration_seconds',
    help: 'How long calls took, by RPC.',
    labelNames: ['method'],
    buckets: BUCKETS,
    registers,
  });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `csi_mock_${name}`, help, labelNames, registers });
  const ready = gauge('ready', '1 once the state is open, 0 before.');
  const volumes = gauge('volumes', 'Volumes that exist.');
  const snapshots = gauge('snapshots', 'Snapshots that exist.');
  const promised = gauge('promised_bytes', 'What existing volumes were promised, in bytes.');
  const attachments = gauge('attachments', 'Volumes that are controller-published, by node each.');
  const publications = gauge('publications', 'Target paths that show a volume, by access mode.', [
    'access_mode',
  ]);
  const fired = new Counter({
    name: 'csi_mock_faults_fired_total',
    help: 'How often a fault rule has acted on a call.',
    labelNames: ['rule'],
    registers,
  });

  function measure({ counts, faultsFired }: Readings): void {
    ready.set(counts === undefined ? 0 : 1);
    publications.reset();
    if (counts !== undefined) {
      volumes.set(counts.volumes);
      snapshots.set(counts.snapshots);
      promised.set(Number(counts.promisedBytes));
      attachments.set(counts.attachments);
      for (const [mode, number] of counts.publications) {
        publications.set({ access_mode: mode }, number);
      }
    }
    fired.reset();
    for (const [rule, times] of faultsFired) fired.inc({ rule }, times);
  }

  return {
    contentType: registry.contentType,
    observe({ path, code, ms }) {
      const method = rpcOf(path);
      calls.inc({ method, code });
      durations.observe({ method }, ms / 1000);
    },
    text() {
      measure(read());
      return registry.metrics();
    },
  };
}

function rpcOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const rpc = RPCS.get(name);
  return rpc !== undefined && path === `/csi.v1.${rpc.service}/${name}` ? name : NO_RPC;
}
