import { closeSync, openSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import type {
  checkConformance as CheckConformance,
  ConformanceOptions,
  ConformanceReport,
} from '../conformance/conformance.js';
import { jsonReport } from '../conformance/report/json.js';
import { junitReport } from '../conformance/report/junit.js';
import { markdownReport } from '../conformance/report/markdown.js';
import { summaryLine } from '../conformance/report/tally.js';
import { tapReport } from '../conformance/report/tap.js';
import { textReport } from '../conformance/report/text.js';
import { StatusError } from '../csi/status.js';
import type { Environment } from '../options/environment.js';
import { directory, duration, endpoint } from '../options/kind.js';
import { didYouMean } from '../options/nearest.js';
import { OptionError } from '../options/option-error.js';
import { CHECK_FLAGS, checkHelp } from './check-flags.js';
import { UsageError, type Io } from './command.js';
import { one, readFlags, valueAs, type GivenFlags } from './flag.js';
import { progressLine } from './progress.js';
import { readSecrets } from '../secrets/secrets-file.js';
import { readStringMap } from '../yaml/string-map.js';

type Name = keyof typeof CHECK_FLAGS;
type Given = GivenFlags<Name>;

/** The checker, and the ids of all its checks. */
export interface Checker {
  readonly checkConformance: typeof CheckConformance;
  readonly ids: readonly string[];
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * `check`: checks the driver at an endpoint and writes a report. Resolves with 0, 1 when it deviates,
 * 2 when it could not be checked (to the end), or as a shell has it for the signal that ended it.
 */
export async function run(
  argv: readonly string[],
  env: Environment,
  io: Io,
  { checkConformance, ids }: Checker,
): Promise<number> {
  const given = readFlags(CHECK_FLAGS, argv);
  if (given.has('help')) {
    io.stdout.write(checkHelp());
    return 0;
  }
  const options = optionsOf(given, env, ids);
  const output = given.first('output');
  // A file that cannot be written is better known before than after minutes.
  if (output !== undefined) openForWriting(output);
  const progress = progressLine(io.stderr);
  const ending = endingSignal(io);
  try {
    const { signal } = ending;
    const report = await checkConformance({ ...options, signal, onProgress: progress.show });
    progress.erase();
    const text = written(report, given, env, io);
    if (output === undefined) io.stdout.write(text);
    else {
      writeFileSync(output, text);
      io.stdout.write(`${summaryLine(report)}; report in ${output}\n`);
    }
    return ending.code() ?? exitCode(report, io);
  } catch (error) {
    progress.erase();
    io.stderr.write(`csi-mock check: the driver could not be checked: ${messageOf(error)}\n`);
    return ending.code() ?? 2;
  } finally {
    ending.release();
  }
}

function optionsOf(given: Given, env: Environment, ids: readonly string[]): ConformanceOptions {
  const whole = one(given, 'endpoint', endpoint);
  const controller = one(given, 'controller-endpoint', endpoint);
  const nodes = given
    .all('node-endpoint')
    ?.map((value) => valueAs('node-endpoint', value, endpoint));
  const fallback = env['CSI_ENDPOINT'] || undefined;
  const address = whole ?? (controller === undefined || nodes === undefined ? fallback : undefined);
  if (address === undefined && (controller === undefined || nodes === undefined)) {
    throw new UsageError(
      'check needs --endpoint, or --controller-endpoint and a --node-endpoint for each node',
    );
  }
  const workDirectory = one(given, 'work-dir', directory);
  const callTimeoutMs = time(given, 'call-timeout');
  const timeoutMs = time(given, 'timeout');
  const [parameters, secrets] = [given.first('parameters'), given.first('secrets')];
  const only = given.all('only')?.map((id) => known(id, ids));
  const restartCommand = given.first('restart-command');
  return {
    strict: given.has('strict'),
    ...(address === undefined ? {} : { endpoint: address }),
    ...(controller === undefined ? {} : { controllerEndpoint: controller }),
    ...(nodes === undefined ? {} : { nodeEndpoints: nodes }),
    ...(parameters === undefined ? {} : { parameters: readStringMap(parameters) }),
    ...(secrets === undefined ? {} : { secrets: readSecrets(secrets) }),
    ...(workDirectory === undefined ? {} : { workDirectory }),
    ...(only === undefined ? {} : { only }),
    ...(restartCommand === undefined ? {} : { restartCommand }),
    ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function time(given: Given, name: 'call-timeout' | 'timeout'): number | undefined {
  const ms = one(given, name, duration);
  if (ms === 0) throw new OptionError(name, 'a time longer than 0', given.first(name));
  return ms;
}

/** An id, or the beginning of ids up to a slash. */
function known(id: string, ids: readonly string[]): string {
  const wanted = id.replace(/\/\*?$/, '');
  if (ids.some((each) => each === wanted || each.startsWith(`${wanted}/`))) return wanted;
  const beginnings = new Set(ids.flatMap((each) => [each.split('/', 1)[0] ?? '', each]));
  throw new UsageError(`option only: there is no check ${id}${didYouMean(id, beginnings)}`);
}

function written(report: ConformanceReport, given: Given, env: Environment, io: Io): string {
  const format = given.first('format') ?? 'text';
  if (format === 'json') return jsonReport(report);
  if (format === 'junit') return junitReport(report);
  if (format === 'markdown') return markdownReport(report);
  if (format === 'tap') return tapReport(report);
  const when = given.first('color') ?? 'auto';
  const toTerminal = !given.has('output') && io.stdout.isTTY === true;
  const color = when === 'always' || (when === 'auto' && toTerminal && !env['NO_COLOR']);
  return textReport(report, { color });
}

function exitCode({ results, interrupted }: ConformanceReport, io: Io): number {
  if (results.some(({ status }) => status === 'failed')) return 1;
  if (interrupted) {
    io.stderr.write('csi-mock check: the time was over before all checks were made\n');
    return 2;
  }
  if (results.every(({ status }) => status === 'untestable')) {
    io.stderr.write('csi-mock check: nothing could be tried; the report says why\n');
    return 2;
  }
  return 0;
}

/** The first signal ends the run with a report, a second one ends the process at once. */
function endingSignal(io: Io): {
  readonly signal: AbortSignal;
  /** The exit code, once there was a signal. */
  code(): number | undefined;
  release(): void;
} {
  const controller = new AbortController();
  let code: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    const before = code;
    code = 128 + constants.signals[signal];
    if (before !== undefined) io.exit(code);
    controller.abort();
  };
  for (const signal of SIGNALS) io.on(signal, listener);
  return {
    signal: controller.signal,
    code: () => code,
    release() {
      for (const signal of SIGNALS) io.off(signal, listener);
    },
  };
}

function openForWriting(path: string): void {
  try {
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw new UsageError(`option output: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof StatusError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
