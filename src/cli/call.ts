import { readFileSync } from 'node:fs';
import { printable } from '../text/printable.js';
import { connect, type CallOptions } from '../csi/client.js';
import type { Rpc } from '../csi/rpc.js';
import { StatusError } from '../csi/status.js';
import type { Environment } from '../options/environment.js';
import { duration, endpoint } from '../options/kind.js';
import { didYouMean } from '../options/nearest.js';
import { OptionError, quoted } from '../options/option-error.js';
import { jsonAnswer, textAnswer } from './call/answer.js';
import { CALL_FLAGS } from './call/call-flags.js';
import { callHelp, fieldFlags, rpcHelp } from './call/call-help.js';
import { requestFromJson, setField } from './call/field-flags.js';
import type { Fields } from './call/field-value.js';
import { rpcNamed } from './call/rpc-name.js';
import { UsageError, type Io } from './command.js';
import { dashed, readFlags, withTwoDashes } from './flag.js';
import { readSecrets } from '../secrets/secrets-file.js';

const DEADLINE_MS = 60_000;

type AnyCall = (request: object, options: CallOptions) => Promise<object>;

/**
 * `call`: one RPC at a driver, and its answer. Resolves with 0, or 1 when it was refused. Throws a
 * UsageError or an OptionError.
 */
export async function run(argv: readonly string[], env: Environment, io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || ['--help', '-help', '-h'].includes(name)) {
    if (name === undefined) throw new UsageError('call needs the name of an RPC');
    io.stdout.write(callHelp());
    return 0;
  }
  const rpc = rpcNamed(name);
  const [own, fields] = apart(rest);
  const given = readFlags(CALL_FLAGS, own);
  if (given.has('help')) {
    io.stdout.write(rpcHelp(rpc));
    return 0;
  }
  const address = given.first('endpoint') ?? (env['CSI_ENDPOINT'] || undefined);
  if (address === undefined) throw new UsageError('call needs --endpoint, or CSI_ENDPOINT');
  if (endpoint.read(address) === undefined) {
    throw new OptionError('endpoint', endpoint.expected, address);
  }
  const deadlineMs = deadlineOf(given.first('deadline'));
  const request = requestOf(rpc, fields, given.first('json'), given.first('secrets'));
  const client = connect(address);
  try {
    const calls: Readonly<Record<string, AnyCall>> = {
      ...client.identity,
      ...client.controller,
      ...client.node,
    };
    const response = (await calls[rpc.name]?.(request, { deadlineMs })) ?? {};
    const write = given.first('format') === 'json' ? jsonAnswer : textAnswer;
    io.stdout.write(write(response, rpc.response));
    return 0;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    io.stderr.write(`csi-mock call ${rpc.name}: ${error.code}: ${printable(error.message)}\n`);
    return 1;
  } finally {
    client.close();
  }
}

/** The arguments that are options of ours, and those that are fields. */
function apart(argv: readonly string[]): readonly [own: string[], fields: string[]] {
  const [own, fields]: [string[], string[]] = [[], []];
  let last = fields;
  for (const argument of argv) {
    const name = /^--(?<name>[^=]+)/.exec(withTwoDashes(argument))?.groups?.['name'];
    if (name !== undefined) last = Object.hasOwn(CALL_FLAGS, name) ? own : fields;
    last.push(argument);
  }
  return [own, fields];
}

function requestOf(
  { name: rpc, request: type }: Rpc,
  argv: readonly string[],
  json: string | undefined,
  secretsFile: string | undefined,
): Fields {
  const request = json === undefined ? {} : requestFromJson(jsonText(json), type);
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const flag = /^--(?<name>[^=]+)(?:=(?<inline>.*))?$/s.exec(withTwoDashes(argument))?.groups;
    if (flag === undefined) throw new UsageError(`unexpected argument ${quoted(argument)}`);
    const { name = '', inline } = flag;
    const first = name.split('.', 1)[0]?.replaceAll('-', '_');
    if (!type.fields.some((field) => field.name === first)) {
      const known = [...dashed(fieldFlags(type)), ...dashed(CALL_FLAGS)];
      throw new UsageError(`${rpc} has no field --${name}${didYouMean(`--${name}`, known)}`);
    }
    if (setField(request, type, { name, inline }, argv[index + 1])) index += 1;
  }
  if (secretsFile !== undefined) {
    if (!type.fields.some(({ name }) => name === 'secrets')) {
      throw new UsageError(`${rpc} takes no secrets`);
    }
    request['secrets'] = { ...readSecrets(secretsFile)[rpc] };
  }
  return request;
}

function jsonText(given: string): string {
  if (given !== '-' && !given.startsWith('@')) return given;
  try {
    return readFileSync(given === '-' ? 0 : given.slice(1), 'utf8');
  } catch (error) {
    throw new UsageError(`option json: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function deadlineOf(given: string | undefined): number {
  if (given === undefined) return DEADLINE_MS;
  const ms = duration.read(given);
  if (ms === undefined || ms === 0) throw new OptionError('deadline', duration.expected, given);
  return ms;
}
