import type { Server, ServiceDefinition } from '@grpc/grpc-js';
import type { Handler } from '../csi/handler.js';
import type { OngoingCalls } from './call-log.js';
import type { Running } from './running.js';
import { notImplemented, unary, unimplemented } from './unary.js';

/**
 * Gives every RPC of a service its handler; those that have none answer UNIMPLEMENTED. Handlers are
 * looked up at every call, so that a service may answer differently while it starts.
 */
export function register(
  server: Server,
  service: { readonly definition: ServiceDefinition; readonly handlers: object },
  calls: OngoingCalls,
  running: Running,
): void {
  for (const [rpc, method] of Object.entries(service.definition)) {
    const handler = (): Handler<object, object> => {
      const found: unknown = Reflect.get(service.handlers, rpc);
      if (isHandler(found)) return found;
      throw notImplemented(method.path);
    };
    server.register(method.path, unary(method, handler, calls, running), asIs, asIs, 'unary');
  }
}

/**
 * grpc-js answers a method that it does not know without asking any interceptor, so that the call would
 * leave no line in the log. Where it looks methods up is the only place to prevent that.
 */
export function answerUnknownMethods(server: Server): void {
  const known = server['_retrieveHandler'].bind(server);
  server['_retrieveHandler'] = (path: string) =>
    known(path) ?? {
      path,
      type: 'clientStream',
      func: unimplemented(path),
      serialize: asIs,
      deserialize: asIs,
    };
}

function isHandler(value: unknown): value is Handler<object, object> {
  return typeof value === 'function';
}

/** Messages stay bytes here: `unary` parses and serializes them. */
function asIs(bytes: Buffer): Buffer {
  return bytes;
}
