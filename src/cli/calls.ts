import type { AdminClient } from '../admin/admin-client.js';
import {
  callFilter,
  CallFilterError,
  checkedFilter,
  FILTER_KEYS,
  type CallFilter,
} from '../calls/call-filter.js';
import { printable } from '../text/printable.js';
import { property } from '../csi/message-type.js';
import type { Environment } from '../options/environment.js';
import { count, duration } from '../options/kind.js';
import { driverAt } from './admin/admin-flags.js';
import { listOf, textOf } from './admin/answer.js';
import { callsHelp, CALLS_FLAGS, refuseUnfit } from './admin/calls-flags.js';
import { textTable } from './admin/text-table.js';
import { UsageError, type Io } from './command.js';
import { one, readFlags, type GivenFlags } from './flag.js';

type Name = keyof typeof CALLS_FLAGS;
type Given = GivenFlags<Name>;

const WAIT_MS = 30_000;

/**
 * `calls`: lists, follows, waits for or forgets the calls of a driver. Resolves with 0, or 1 where no
 * call came that was waited for. Throws a UsageError, an OptionError or an AdminError.
 */
export async function run(argv: readonly string[], env: Environment, io: Io): Promise<number> {
  const given = readFlags(CALLS_FLAGS, argv);
  if (given.has('help')) {
    io.stdout.write(callsHelp());
    return 0;
  }
  refuseUnfit(given);
  const driver = driverAt(given, env);
  const pattern = given.first('wait');
  if (pattern !== undefined) return waitFor(driver, pattern, given, io);
  if (given.has('reset')) await driver.ask('DELETE', '/calls');
  else if (given.has('follow')) await follow(driver, given, io);
  else await list(driver, given, io);
  return 0;
}

async function list(driver: AdminClient, given: Given, io: Io): Promise<void> {
  const last = one(given, 'last', count);
  const path = `/calls?${query(filterOf(given))}${last === undefined ? '' : `last=${last}`}`;
  show(listOf(await driver.ask('GET', path), 'calls'), given, io);
}

async function follow(driver: AdminClient, given: Given, io: Io): Promise<void> {
  for await (const call of driver.follow(`/calls/follow?${query(filterOf(given))}`)) {
    io.stdout.write(
      given.has('json') ? jsonLine(call) : `${printable(cells(call).join('  ')).trimEnd()}\n`,
    );
  }
}

async function waitFor(
  driver: AdminClient,
  pattern: string,
  given: Given,
  io: Io,
): Promise<number> {
  const timeout = one(given, 'timeout', duration) ?? WAIT_MS;
  const wanted = sensible(() => callFilter(pattern));
  const twice = FILTER_KEYS.find((key) => given.has(key) && wanted[key] !== undefined);
  if (twice !== undefined) throw new UsageError(`--wait and --${twice} both give ${twice}`);
  const filter = { ...filterOf(given), ...wanted };
  const path = `/calls/wait?${query(filter)}timeout=${timeout}`;
  const call = property(await driver.ask('GET', path), 'call');
  if (typeof call === 'object' && call !== null) {
    show([call], given, io);
    return 0;
  }
  io.stderr.write(`csi-mock calls: no such call came: ${printable(pattern)}\n`);
  return 1;
}

function filterOf(given: Given): CallFilter {
  const filter = Object.fromEntries(
    FILTER_KEYS.flatMap((key) => {
      const value = given.first(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
  return sensible(() => checkedFilter(filter));
}

function sensible(read: () => CallFilter): CallFilter {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CallFilterError)) throw error;
    throw new UsageError(error.message);
  }
}

/** Ends with `&` unless it is empty. */
function query(filter: CallFilter): string {
  return Object.entries(filter)
    .map(([key, value]: [string, string]) => `${key}=${encodeURIComponent(value)}&`)
    .join('');
}

const HEADINGS = ['ID', 'BEGUN', 'NODE', 'RPC', 'CODE', 'MS', 'ABOUT'];

function show(calls: readonly unknown[], given: Given, io: Io): void {
  io.stdout.write(
    given.has('json') ? calls.map(jsonLine).join('') : textTable(HEADINGS, calls.map(cells)),
  );
}

function jsonLine(call: unknown): string {
  return `${JSON.stringify(call)}\n`;
}

function cells(call: unknown): string[] {
  const request = property(call, 'request');
  const response = property(call, 'response');
  const subject =
    textOf(request, 'volume_id') ||
    textOf(request, 'snapshot_id') ||
    textOf(property(response, 'volume'), 'volume_id') ||
    textOf(property(response, 'snapshot'), 'snapshot_id') ||
    textOf(request, 'name') ||
    textOf(request, 'source_volume_id');
  const about = [
    subject,
    textOf(request, 'target_path') || textOf(request, 'staging_target_path'),
    textOf(call, 'message'),
  ];
  return [
    textOf(call, 'id'),
    textOf(call, 'begun'),
    textOf(call, 'node'),
    textOf(call, 'rpc'),
    textOf(call, 'code'),
    textOf(call, 'ms'),
    about.filter((text) => text !== '').join(' '),
  ];
}
