import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printable } from '../text/printable.js';
import type { Environment } from '../options/environment.js';
import { directory, duration, endpoint } from '../options/kind.js';
import { recordedCalls } from '../replay/recorded-call.js';
import { replay, type Replayed } from '../replay/replay.js';
import { UsageError, type Io } from './command.js';
import { one, readFlags } from './flag.js';
import { REPLAY_FLAGS, replayHelp } from './replay-flags.js';
import { readSecrets } from '../secrets/secrets-file.js';

const DEADLINE_MS = 60_000;

/**
 * `replay`: sends recorded calls to a driver and tells where its answers differ. Resolves with 0, or 1
 * when one does. Throws a UsageError or an OptionError.
 */
export async function run(argv: readonly string[], env: Environment, io: Io): Promise<number> {
  const given = readFlags(REPLAY_FLAGS, argv, 1);
  if (given.has('help')) {
    io.stdout.write(replayHelp());
    return 0;
  }
  const [file] = given.words;
  if (file === undefined)
    throw new UsageError('replay needs the file of a call log, or - for stdin');
  const address = one(given, 'endpoint', endpoint) ?? (env['CSI_ENDPOINT'] || undefined);
  if (address === undefined) throw new UsageError('replay needs --endpoint, or CSI_ENDPOINT');
  const deadlineMs = one(given, 'deadline', duration) ?? DEADLINE_MS;
  const secretsFile = given.first('secrets');
  const secrets = secretsFile === undefined ? {} : readSecrets(secretsFile);
  const place = placeFor(one(given, 'directory', directory));
  const counts = { sent: 0, differing: 0, leftOut: 0 };
  try {
    const options = { endpoint: address, directory: place.path, secrets, deadlineMs };
    for await (const replayed of replay(recordedCalls(file), options)) {
      if ('call' in replayed) counts.sent += 1;
      else counts.leftOut += 1;
      const line = lineAbout(replayed);
      if (line === undefined) continue;
      if ('call' in replayed) counts.differing += 1;
      io.stdout.write(`${line}\n`);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${file}: ${error.message}`);
  } finally {
    if (!place.remove()) io.stderr.write(`csi-mock replay: left over: ${place.path}\n`);
  }
  const { sent, differing, leftOut } = counts;
  io.stdout.write(
    `calls sent: ${sent}, answered otherwise: ${differing}` +
      `${leftOut === 0 ? '' : `, lines left out: ${leftOut}`}\n`,
  );
  return differing === 0 ? 0 : 1;
}

/** Undefined where there is nothing to tell. */
function lineAbout(replayed: Replayed): string | undefined {
  if (!('call' in replayed))
    return `line ${replayed.line}: left out: ${printable(replayed.reason)}`;
  const { call, code, message } = replayed;
  if (call.code === code) return undefined;
  const reason = message === '' ? '' : `: ${printable(message)}`;
  return `line ${call.line}: ${call.rpc.name}: was ${printable(call.code)}, is ${code}${reason}`;
}

/** Our own directory is removed unless something is left in it. */
function placeFor(given: string | undefined): { readonly path: string; remove(): boolean } {
  if (given !== undefined) {
    mkdirSync(given, { recursive: true });
    return { path: given, remove: () => true };
  }
  const path = mkdtempSync(join(tmpdir(), 'csi-mock-replay-'));
  return {
    path,
    remove() {
      try {
        rmdirSync(path);
        return true;
      } catch {
        return false;
      }
    },
  };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
