import { parentPort, workerData } from 'node:worker_threads';
import type { FromThread, HookCall, HookOutcome, Hooks, ThreadData, ToThread } from './hook.js';
import { consoleTo, limitedLog } from './hook-console.js';
import { mockHooks } from './mock-hooks.js';
import { moduleHooks } from './module-hooks.js';

/** The thread in which hooks run: whatever they do to it, the driver goes on. */

/** In characters of JSON: no answer that gRPC clients take by default is longer. */
const LONGEST_MESSAGE = 4 * 2 ** 20;

const data: ThreadData = workerData;
const log = limitedLog(data.unread, (text) => post({ kind: 'log', text }));
Object.assign(globalThis.console, consoleTo(log));
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => log(`${event}: ${thrown(error).stack}`));
}

void serve();

async function serve(): Promise<void> {
  try {
    const isYaml = /\.(?:ya?ml|json)$/.test(data.path);
    const hooks = isYaml
      ? mockHooks(data.path, data.scriptTime, log)
      : await moduleHooks(data.path);
    parentPort?.on('message', (message: ToThread) => void receive(message, hooks));
    post({ kind: 'ready', hooked: hooks.hooked });
  } catch (error) {
    post({ kind: 'refused', reason: thrown(error).message });
  }
}

async function receive(message: ToThread, hooks: Hooks): Promise<void> {
  const { id } = message;
  if (message.kind === 'ping') return post({ kind: 'pong', id });
  post({ kind: 'begun', id });
  return post({ kind: 'done', id, outcome: await outcome(message, hooks) });
}

async function outcome(
  { point, call: callText, response: responseText }: Extract<ToThread, { kind: 'run' }>,
  hooks: Hooks,
): Promise<HookOutcome> {
  try {
    const call: HookCall = JSON.parse(callText);
    const response: object | undefined =
      responseText === undefined ? undefined : JSON.parse(responseText);
    const asked = JSON.stringify(call.request);
    const returned = await hooks.run(point, call, response);
    const isMessage = typeof returned === 'object' && returned !== null;
    if (point === 'before') {
      if (isMessage) return { kind: 'answered', message: limited(textOf(returned)) };
      return changed(call.request, asked);
    }
    return changed(isMessage ? returned : response, responseText);
  } catch (error) {
    return error instanceof TooLong
      ? { kind: 'lost', reason: error.message }
      : { kind: 'thrown', ...thrown(error) };
  }
}

/** The limit is for what a hook makes: the driver has what it leaves, however long it is. */
function changed(message: unknown, before: string | undefined): HookOutcome {
  const text = textOf(message);
  return text === before ? { kind: 'unchanged' } : { kind: 'changed', message: limited(text) };
}

function textOf(message: unknown): string {
  return JSON.stringify(message) ?? 'null';
}

function limited(text: string): string {
  if (text.length <= LONGEST_MESSAGE) return text;
  throw new TooLong(
    `made a message of ${text.length} characters of JSON; at most ${LONGEST_MESSAGE} are sent`,
  );
}

class TooLong extends Error {}

function thrown(error: unknown): { code: unknown; message: string; stack: string } {
  const property = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  const [code, message, stack] = ['code', 'message', 'stack'].map(property);
  const text = typeof message === 'string' ? message : `${typeof error} thrown`;
  return {
    code: typeof code === 'string' ? code : undefined,
    message: text.slice(0, LONGEST_MESSAGE),
    stack: (typeof stack === 'string' ? stack : text).slice(0, LONGEST_MESSAGE),
  };
}

function post(message: FromThread): void {
  parentPort?.postMessage(message);
}
