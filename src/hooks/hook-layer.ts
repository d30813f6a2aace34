import type { Around, Method } from '../csi/around.js';
import { codeNamed } from '../csi/code.js';
import type { MessageType } from '../csi/message-type.js';
import { messageValue, MessageValueError } from '../csi/message-value.js';
import { StatusError } from '../csi/status.js';
import { WIRE_METHODS, type WireMethod } from '../csi/wire-method.js';
import type { HookCall, HookOutcome, HookPoint } from './hook.js';
import type { HookWorker } from './hook-worker.js';

/** Has the hooks see, change and refuse the calls to one node's socket. */
export function hookLayer(hooks: Pick<HookWorker, 'has' | 'run'>, nodeId: string): Around {
  return (method, request, _call, next) => {
    const rpc = WIRE_METHODS.get(method.path);
    const before = hooks.has('before', method.rpc);
    const after = hooks.has('after', method.rpc);
    return rpc === undefined || (!before && !after)
      ? next(request)
      : hooked({ before, after }, rpc, hookCall(method, request, nodeId), next);
  };

  async function hooked(
    { before, after }: Readonly<Record<HookPoint, boolean>>,
    rpc: WireMethod,
    call: HookCall,
    next: (request: object) => Promise<object>,
  ): Promise<object> {
    if (before) {
      const outcome = messageOf(await hooks.run('before', call), 'before', rpc);
      if (outcome?.kind === 'answered') return outcome.message;
      if (outcome !== undefined) call.request = outcome.message;
    }
    const response = await next(call.request);
    if (!after) return response;
    const sent = rpc.wire.responseDeserialize(rpc.wire.responseSerialize(response));
    return messageOf(await hooks.run('after', call, sent), 'after', rpc)?.message ?? response;
  }
}

function hookCall({ rpc, service }: Method, request: object, node: string): HookCall {
  return { method: rpc, service, node, request };
}

interface NewMessage {
  readonly kind: 'changed' | 'answered';
  readonly message: object;
}

/** The message that a hook made; undefined where it left the old one. Throws what the call is to fail with. */
function messageOf(
  outcome: HookOutcome,
  point: HookPoint,
  { request, response, wire }: WireMethod,
): NewMessage | undefined {
  switch (outcome.kind) {
    case 'unchanged':
      return undefined;
    case 'answered':
      return { kind: 'answered', message: checked(outcome.message, response, point) };
    case 'changed': {
      if (point === 'after') {
        return { kind: 'changed', message: checked(outcome.message, response, point) };
      }
      const changed = checked(outcome.message, request, point);
      // What the hook has left out comes back as what it is when a caller leaves it out.
      const message = wire.requestDeserialize(wire.requestSerialize(changed));
      return { kind: 'changed', message };
    }
    case 'thrown':
      throw refusal(outcome, point);
    case 'lost':
      throw new StatusError('INTERNAL', `hook ${point} ${outcome.reason}`);
  }
}

function checked(text: string, type: MessageType, point: HookPoint): object {
  try {
    return messageValue(JSON.parse(text), type);
  } catch (error) {
    if (!(error instanceof MessageValueError)) throw error;
    throw new StatusError('INTERNAL', `hook ${point} made a wrong ${type.name}: ${error.message}`);
  }
}

/** With the code that the hook chose, if it is one; else the log alone has what was thrown. */
function refusal(
  { code, message, stack }: Extract<HookOutcome, { kind: 'thrown' }>,
  point: HookPoint,
): StatusError {
  const chosen = typeof code === 'string' ? codeNamed(code) : undefined;
  if (chosen !== undefined && chosen !== 'OK') return new StatusError(chosen, message);
  const cause = Object.assign(new Error(message), { stack });
  return new StatusError(
    'INTERNAL',
    `hook ${point} failed; the log of the driver has the details`,
    {
      cause,
    },
  );
}
