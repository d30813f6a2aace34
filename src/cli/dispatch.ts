import { didYouMean } from '../options/nearest.js';
import { OptionError, quoted } from '../options/option-error.js';
import type { Environment } from '../options/environment.js';
import type { Options } from '../options.js';
import type { Proxy } from '../proxy.js';
import { TextFileError } from '../yaml/text-file-error.js';
import { UsageError, type Command, type Io } from './command.js';

/** Each command loads what it needs when it runs: nobody waits for gRPC to read the help. */
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['serve', serve],
  ['check', check],
  ['call', call],
  ['calls', calls],
  ['replay', replay],
  ['faults', faults],
  ['volumes', volumes],
  ['nodes', nodes],
  ['health', health],
  ['clear', clear],
  ['pool', pool],
  ['completion', completion],
  ['help', help],
  ['version', version],
]);

/** Commands with options, and a help, of their own. */
const OWN_HELP: ReadonlySet<string> = new Set([
  'check',
  'call',
  'calls',
  'replay',
  'faults',
  'volumes',
  'nodes',
  'health',
  'clear',
]);

/** Runs the command that the command line names, `serve` when it names none; resolves with the exit code. */
export async function dispatch(argv: readonly string[], env: Environment, io: Io): Promise<number> {
  try {
    const [command, rest] = choose(argv);
    return await command(rest, env, io);
  } catch (error) {
    io.stderr.write(`csi-mock: ${describe(error)}\n`);
    if (!isUsersMistake(error)) return 1;
    const [name = ''] = argv;
    const own = OWN_HELP.has(name);
    io.stderr.write(
      own
        ? `csi-mock ${name} --help lists its options\n`
        : 'csi-mock --help lists all commands and options\n',
    );
    return 2;
  }
}

function choose(argv: readonly string[]): readonly [Command, readonly string[]] {
  const [first, ...rest] = argv;
  const command = first === undefined ? undefined : COMMANDS.get(first);
  if (command !== undefined && OWN_HELP.has(first ?? '')) return [command, rest];
  if (argv.some((argument) => /^(-h|--?help)$/.test(argument))) return [help, []];
  if (argv.some((argument) => /^--?version$/.test(argument))) return [version, []];
  if (first === undefined || first.startsWith('-')) return [serve, argv];
  if (command !== undefined) return [command, rest];
  throw new UsageError(`unknown command ${quoted(first)}${didYouMean(first, COMMANDS.keys())}`);
}

async function serve(...[argv, env, io]: Parameters<Command>): Promise<number> {
  const { run } = await import('./serve.js');
  return run(argv, env, io, async (options) => {
    if (options.proxyEndpoint !== '') return proxyWith(options);
    if (options.services.includes('node')) {
      const { obtainRightToMount } = await import('../right-to-mount.js');
      const notice = obtainRightToMount(options.stateDir);
      if (notice !== undefined) io.stderr.write(`csi-mock: ${notice}\n`);
    }
    const { driverWith } = await import('../driver.js');
    return driverWith(options);
  });
}

async function proxyWith(options: Options): Promise<Proxy> {
  const { proxy } = await import('../proxy.js');
  const { listenAddress } = await import('../csi/listen-address.js');
  const { createLog } = await import('../log.js');
  const { socketPathOf } = await import('../csi/endpoint.js');
  const address = listenAddress(options.proxyEndpoint);
  if (address === undefined) throw new UsageError('option proxy-endpoint names no address');
  return proxy({
    socketPath: socketPathOf(options.endpoint),
    socketMode: options.socketMode,
    address,
    log: createLog({ level: options.logLevel, format: options.logFormat }),
  });
}

async function check(...[argv, env, io]: Parameters<Command>): Promise<number> {
  const { run } = await import('./check.js');
  const { checkConformance } = await import('../conformance/conformance.js');
  const { CHECKS } = await import('../conformance/checks/checks.js');
  return run(argv, env, io, { checkConformance, ids: CHECKS.map(({ id }) => id) });
}

async function call(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./call.js');
  return run(...given);
}

async function calls(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./calls.js');
  return run(...given);
}

async function replay(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./replay.js');
  return run(...given);
}

async function faults(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./faults.js');
  return run(...given);
}

async function volumes(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./volumes.js');
  return run(...given);
}

async function nodes(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./nodes.js');
  return run(...given);
}

async function health(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./health.js');
  return run(...given);
}

async function clear(...given: Parameters<Command>): Promise<number> {
  const { run } = await import('./clear.js');
  return run(...given);
}

async function pool(...[argv, env, io]: Parameters<Command>): Promise<number> {
  const { run } = await import('./pool.js');
  const { rebuildStore } = await import('../assembly/rebuild.js');
  const { adoptAnywhere } = await import('./adopt.js');
  return run(argv, env, io, { rebuild: rebuildStore, adopt: adoptAnywhere });
}

async function completion(...[argv, , io]: Parameters<Command>): Promise<number> {
  const { run } = await import('./completion.js');
  return run(argv, io, [...COMMANDS.keys()]);
}

async function help(...[, , io]: Parameters<Command>): Promise<number> {
  const { help: text } = await import('./help.js');
  io.stdout.write(text());
  return 0;
}

async function version(...[, , io]: Parameters<Command>): Promise<number> {
  const { VERSION } = await import('../version.js');
  io.stdout.write(`csi-mock ${VERSION}\n`);
  return 0;
}

/** Whether what was written on the command line, or in a file that it names, cannot be meant. */
function isUsersMistake(error: unknown): boolean {
  return [OptionError, UsageError, TextFileError].some((type) => error instanceof type);
}

/** A failure that was foreseen has a message that says all; one that was not needs its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const unforeseen = [TypeError, RangeError, ReferenceError].some((type) => error instanceof type);
  const own = (unforeseen ? error.stack : undefined) ?? error.message;
  if (error.cause === undefined) return own;
  const cause = describe(error.cause);
  return own.includes(cause) ? own : `${own}: ${cause}`;
}
