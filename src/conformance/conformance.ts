import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { CallOptions } from '../csi/client.js';
import { CHECKS } from './checks/checks.js';
import { Untestable } from './untestable.js';
import type { Check, CheckResult } from './check.js';
import type { Deviation } from './deviation.js';
import { restart } from './restart.js';
import type { Secrets } from './secrets.js';
import { discover, type Endpoints, type Subject } from './subject.js';
import { createTrial } from './trial.js';
import { undoStack } from './undo.js';
import { mountsIn } from './visible-mount.js';

export interface ConformanceOptions {
  /** The endpoint of a driver that serves everything, for example `unix:///csi/csi.sock`. */
  readonly endpoint?: string;
  /** The Controller service, where it has an endpoint of its own. */
  readonly controllerEndpoint?: string;
  /** The Node service of each node, where they have endpoints of their own. */
  readonly nodeEndpoints?: readonly string[];
  /** Parameters for CreateVolume. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Secrets by RPC name. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where target and staging paths are made; the driver must see it under the same path. */
  readonly workDirectory?: string;
  /** Ids of checks, or beginnings of them; all without. */
  readonly only?: readonly string[];
  /** A SHOULD that is not followed counts as a failure. */
  readonly strict?: boolean;
  /** A shell command that restarts the driver and returns once it was told to; none: not tried. */
  readonly restartCommand?: string;
  /** For one call, in ms; 10,000 without. */
  readonly callTimeoutMs?: number;
  /** For the whole run, in ms; 300,000 without. */
  readonly timeoutMs?: number;
  /** Ends the run early; what was made is removed all the same. */
  readonly signal?: AbortSignal;
  /** Called before each check. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly done: number;
  readonly all: number;
  readonly check: string;
}

export interface ConformanceReport {
  readonly driver: { readonly name: string; readonly version: string };
  /** What the driver advertises, by names of the spec. */
  readonly advertised: {
    readonly controller: readonly string[];
    readonly nodes: readonly (readonly string[])[];
    readonly plugin: readonly string[];
  };
  /** Which table of NodePublishVolume applies. */
  readonly singleNodeMultiWriter: boolean;
  readonly results: readonly CheckResult[];
  /** What could not be removed afterwards, in words. */
  readonly leftBehind: readonly string[];
  /** Whether the run was ended before all checks were made. */
  readonly interrupted: boolean;
  readonly ms: number;
}

/**
 * Checks a CSI driver, any driver, against the access modes of CSI v1.5 and what belongs to them.
 * Rejects when it could not run: no answer at an endpoint, or a driver that makes no volumes.
 */
export async function checkConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const begun = performance.now();
  const deadlineMs = options.callTimeoutMs ?? 10_000;
  const ended = endOf(options);
  const subject = await discover(endpointsOf(options), deadlineMs);
  const directory = mkdtempSync(join(options.workDirectory ?? tmpdir(), 'csi-check-'));
  const leftBehind: string[] = [];
  const results: CheckResult[] = [];
  try {
    const checks = CHECKS.filter(({ id }) => isWanted(id, options.only));
    const prefix = `csi-check-${randomUUID().slice(0, 8)}`;
    for (const [index, check] of checks.entries()) {
      if (ended.aborted) break;
      options.onProgress?.({ done: index, all: checks.length, check: check.id });
      const place = join(directory, String(index));
      mkdirSync(place);
      results.push(await tryCheck(check, place));
    }

    async function tryCheck(check: Check, place: string): Promise<CheckResult> {
      const checkBegun = performance.now();
      const [deviations, readings]: [Deviation[], string[]] = [[], []];
      const undo = undoStack();
      let reason = check.untestable?.(subject);
      if (reason === undefined) {
        let signal = ended;
        const call: CallOptions = {
          deadlineMs,
          get signal() {
            return signal;
          },
        };
        const shared = { subject, call, secrets: secretsOf(options), undo, prefix };
        const trial = createTrial({
          ...shared,
          node: firstNode(subject),
          parameters: { ...options.parameters },
          directory: place,
          deviations,
          readings,
          restart: restartOf(options, subject, call),
        });
        try {
          await check.run(trial);
        } catch (error) {
          if (error instanceof Untestable) reason = error.message;
          else deviations.push({ sent: check.title, came: String(error), wanted: 'an answer' });
        }
        if (ended.aborted) {
          // Whatever came may have come because calls were cancelled.
          deviations.length = 0;
          reason = 'the run was ended before the check was';
        }
        // What was done is undone also after the run was ended.
        signal = NEVER;
        for (const error of await undo.all()) leftBehind.push(`${check.id}: ${String(error)}`);
      }
      const { run: _run, untestable: _untestable, ...about } = check;
      return {
        check: about,
        status: statusOf(check, deviations, reason, options.strict === true),
        deviations,
        readings,
        ms: performance.now() - checkBegun,
        ...(reason === undefined ? {} : { reason }),
      };
    }
  } finally {
    subject.close();
    removeIfUnmounted(directory, leftBehind);
  }
  return {
    driver: { name: subject.name, version: subject.version },
    advertised: {
      controller: [...subject.controllerCapabilities],
      nodes: subject.nodes.map(({ capabilities }) => [...capabilities]),
      plugin: [...subject.pluginCapabilities],
    },
    singleNodeMultiWriter: subject.singleNodeMultiWriter,
    results,
    leftBehind,
    interrupted: ended.aborted,
    ms: performance.now() - begun,
  };
}

const NEVER = new AbortController().signal;

function statusOf(
  check: Check,
  deviations: readonly Deviation[],
  reason: string | undefined,
  strict: boolean,
): CheckResult['status'] {
  if (deviations.length > 0) return check.level === 'MUST' || strict ? 'failed' : 'warned';
  return reason === undefined ? 'passed' : 'untestable';
}

function endOf({ signal, timeoutMs = 300_000 }: ConformanceOptions): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

function endpointsOf(options: ConformanceOptions): Endpoints {
  const { endpoint, controllerEndpoint = endpoint, nodeEndpoints } = options;
  const nodes = nodeEndpoints ?? (endpoint === undefined ? [] : [endpoint]);
  if (controllerEndpoint === undefined || nodes.length === 0) {
    throw new TypeError('an endpoint is required, or one for the controller and one for each node');
  }
  return { controller: controllerEndpoint, nodes };
}

function isWanted(id: string, only: readonly string[] | undefined): boolean {
  return only === undefined || only.some((each) => id === each || id.startsWith(`${each}/`));
}

function secretsOf({ secrets }: ConformanceOptions): Secrets {
  return (rpc) => ({ ...secrets?.[rpc] });
}

function restartOf(
  { restartCommand: command, ...options }: ConformanceOptions,
  subject: Subject,
  call: CallOptions,
): (() => Promise<void>) | undefined {
  if (command === undefined) return undefined;
  const { controller, nodes } = endpointsOf(options);
  const endpoints = [...new Set([controller, ...nodes])];
  return () => restart({ command, endpoints, subject, call, limitMs: RESTART_MS });
}

/** How long a driver may take to come back. */
const RESTART_MS = 60_000;

function firstNode({ nodes }: Subject): Subject['nodes'][number] {
  const [first] = nodes;
  if (first === undefined) throw new Error('the driver has no node');
  return first;
}

/** Removes the run's own directory, unless something in it could not be unpublished. */
function removeIfUnmounted(directory: string, leftBehind: string[]): void {
  // A driver may answer that it unpublished and not have done it: what is in a volume is not the run's.
  leftBehind.push(...mountsIn(directory).map((path) => `${path} is still a mount`));
  if (leftBehind.length > 0) {
    leftBehind.push(`${directory} is kept, because a volume may still be mounted in it`);
    return;
  }
  rmSync(directory, { recursive: true, force: true });
}
