import type { Server, ServiceDefinition } from '@grpc/grpc-js';
import type { Around, Method } from '../csi/around.js';
import type { Handler } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import { GRPC_PATH, type GrpcServices } from './grpc-services.js';
import { unary, type Unary } from './unary.js';

/** The RPCs that are served, by path. */
export type Methods = ReadonlyMap<string, Unary>;

export function methodsOf(
  services: readonly { readonly definition: ServiceDefinition; readonly handlers: object }[],
  around?: Around,
): Methods {
  const methods = new Map<string, Unary>();
  for (const service of services) {
    for (const [rpc, method] of Object.entries(service.definition)) {
      const handler = (): Handler<object, object> => {
        const found: unknown = Reflect.get(service.handlers, rpc);
        if (isHandler(found)) return found;
        throw notImplemented(method.path);
      };
      const name = serviceName(method.path);
      const outermost =
        around === undefined || name === undefined
          ? undefined
          : surrounded(handler, around, { service: name, rpc, path: method.path });
      methods.set(method.path, unary(method, outermost === undefined ? handler : () => outermost));
    }
  }
  return methods;
}

function surrounded(
  handler: () => Handler<object, object>,
  around: Around,
  method: Method,
): Handler<object, object> {
  return (request, call) =>
    around(method, request, call, async (changed) => handler()(changed, call));
}

/** `Node` of `/csi.v1.Node/NodePublishVolume`; undefined for a service of another interface. */
function serviceName(path: string): Method['service'] | undefined {
  return (['Identity', 'Controller', 'Node'] as const).find((service) =>
    path.startsWith(`/csi.v1.${service}/`),
  );
}

export function notImplemented(path: string): StatusError {
  return new StatusError('UNIMPLEMENTED', `this plugin does not implement ${path}`);
}

/**
 * Leads every call to the interceptors of a server, which answer it. grpc-js answers methods that it
 * does not know without asking them, so that such a call would leave no line in the log: where it looks
 * methods up is the only place to prevent that.
 */
export function leadToInterceptors(server: Server, beside: Pick<GrpcServices, 'addTo'>): void {
  const unanswered = {
    type: 'unary',
    func: () => undefined,
    serialize: asItIs,
    deserialize: asItIs,
  };
  const registered = server['_retrieveHandler'].bind(server);
  let isComplete = false;
  server['_retrieveHandler'] = (path: string) => {
    if (!path.startsWith(GRPC_PATH)) return { ...unanswered, path };
    if (!isComplete) beside.addTo(server);
    isComplete = true;
    return registered(path);
  };
}

function isHandler(value: unknown): value is Handler<object, object> {
  return typeof value === 'function';
}

/** Messages stay bytes for grpc-js. */
function asItIs(bytes: Buffer): Buffer {
  return bytes;
}
