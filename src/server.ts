import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  ControllerDefinition,
  ControllerHandlers,
} from './csi/generated/csi/v1/Controller.js';
import type { IdentityDefinition, IdentityHandlers } from './csi/generated/csi/v1/Identity.js';
import type { NodeDefinition, NodeHandlers } from './csi/generated/csi/v1/Node.js';
import type { Around } from './csi/around.js';
import type { CallObserver } from './csi/ended-call.js';
import type { Handlers } from './csi/handler.js';
import type { Log } from './log.js';
import { answering } from './server/answering.js';
import { listen } from './server/listener.js';
import { grpcServices } from './server/grpc-services.js';
import { leadToInterceptors, methodsOf } from './server/methods.js';
import { noneRunning } from './server/running.js';

/** The handlers of one service. An RPC without a handler is answered UNIMPLEMENTED. */
export type ServedService =
  | Served<IdentityDefinition, IdentityHandlers>
  | Served<ControllerDefinition, ControllerHandlers>
  | Served<NodeDefinition, NodeHandlers>;

interface Served<Definition, Service> {
  readonly definition: Definition;
  readonly handlers: Partial<Handlers<Service>>;
}

export interface ServeOptions {
  /** Absolute path. */
  readonly socketPath: string;
  /** Permission bits of the socket, for example 0o600. */
  readonly socketMode: number;
  readonly services: readonly ServedService[];
  /** What runs around the handlers of these services. */
  readonly around?: Around | undefined;
  /** Told of every call once its caller is done, also of calls that reached no handler. */
  readonly observe?: CallObserver | undefined;
  readonly log: Log;
  /** What gRPC's own health service tells; true when left out. */
  readonly isReady?: (() => boolean) | undefined;
  /** In bytes. A larger request is answered RESOURCE_EXHAUSTED and not read. */
  readonly maxRequestBytes: number;
}

export interface Server {
  /**
   * Accepts nothing more, removes the socket and lets the calls in flight end. What has not ended
   * after `graceMs` is cut off: the callers see their connection end, the handlers their signal abort.
   */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

/** In ms: what clients get to take their last answers and to close their side of the connection. */
const CLOSING_TIME = 200;

/** Serves on a unix socket from when it resolves. Throws a ListenError. */
export async function serve(options: ServeOptions): Promise<Server> {
  const { socketPath, socketMode, services, log, maxRequestBytes, observe } = options;
  const callers = noneRunning();
  const handlers = noneRunning();
  const grpcServer = new GrpcServer({
    interceptors: [
      answering({ methods: methodsOf(services, options.around), log, observe, callers, handlers }),
    ],
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.enable_channelz': 0,
  });
  const beside = grpcServices(new Set(services.map(serviceName)), options.isReady ?? (() => true));
  leadToInterceptors(grpcServer, beside);

  const injector = grpcServer.createConnectionInjector(ServerCredentials.createInsecure());
  const connections = new Set<Socket>();
  const listener = await listen({
    path: socketPath,
    mode: socketMode,
    onConnection(connection) {
      connections.add(connection);
      connection.once('close', () => connections.delete(connection));
      injector.injectConnection(connection);
    },
    onError: (error) => log.error({ err: error }, 'trouble with the socket'),
  });

  /** A shutdown may end before those have gone who only watch. */
  async function disconnected(): Promise<void> {
    await Promise.all(
      Array.from(
        connections,
        (connection) => new Promise((resolve) => connection.once('close', resolve)),
      ),
    );
  }

  async function stop(graceMs: number): Promise<void> {
    listener.close();
    beside.stop();
    const closed = new Promise<void>((resolve) => grpcServer.tryShutdown(() => resolve()));
    if (!(await within(graceMs, Promise.all([callers.none(), handlers.none()])))) {
      const cutOff = { callers: callers.count, handlers: handlers.count };
      log.warn(cutOff, 'calls in flight are cut off: the time to end is over');
    } else if (await within(CLOSING_TIME, Promise.all([closed, disconnected()]))) {
      return;
    }
    for (const connection of connections) connection.destroy();
    await within(CLOSING_TIME, Promise.all([closed, callers.none()]));
  }

  let stopped: Promise<void> | undefined;
  return { stop: ({ graceMs }) => (stopped ??= stop(graceMs)) };
}

/** `Node` of the definition of csi.v1.Node. */
function serviceName({ definition }: ServedService): string {
  const [method] = Object.values(definition);
  return method?.path.split('/')[1]?.split('.').at(-1) ?? '';
}

/** Whether `work` ends within `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
