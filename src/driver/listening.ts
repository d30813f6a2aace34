import { serveAdmin, type AdminServer } from '../admin/admin-server.js';
import type { Control } from '../admin/control.js';
import { routesOf } from '../admin/routes.js';
import type { Assembly } from '../assembly/assembly.js';
import type { Misbehaviour } from '../assembly/misbehaviour.js';
import type { CallRecorder } from '../calls/call-log.js';
import { around, type Around } from '../csi/around.js';
import type { CallObserver } from '../csi/ended-call.js';
import { socketPathOf } from '../csi/endpoint.js';
import { csi } from '../csi/proto.js';
import type { Monitoring } from '../monitoring/monitoring.js';
import type { Log } from '../log.js';
import type { Options } from '../options.js';
import { readSecrets } from '../secrets/secrets-file.js';
import { secretsLayer } from '../secrets/secrets-layer.js';
import { serve, type ServedService, type Server } from '../server.js';
import { ListenError } from '../server/listener.js';
import { identityService, type Health } from '../services/identity/identity.js';
import type { ServedSocket } from '../sockets.js';
import { VERSION } from '../version.js';

/** All that a driver listens at. */
export interface Listening {
  /** Where monitoring is served, as a URL; undefined while it is not. */
  readonly httpUrl: string | undefined;
  /** Serves the CSI, and monitoring where it is asked for. Throws a ListenError or a TextFileError. */
  open(): Promise<void>;
  /**
   * Serves the admin socket. Resolves with why not, where another process does: that process may have the
   * state too, and then to say so is of more use.
   */
  openAdmin(): Promise<ListenError | undefined>;
  /** Ends the calls of the CSI: see Server.stop. */
  closeCsi(): Promise<void>;
  /** Closes the rest. */
  close(): Promise<void>;
}

export interface ListeningDeps {
  readonly options: Options;
  readonly sockets: readonly ServedSocket[];
  readonly log: Log;
  readonly recorder: CallRecorder;
  readonly misbehaving: Misbehaviour;
  readonly control: Control;
  health(): Health;
  /** Undefined while the state is not open. */
  assembly(): Assembly | undefined;
  /** Throws UNAVAILABLE while the state is not open. */
  ready(): Assembly;
}

export function listening(deps: ListeningDeps): Listening {
  const { options, sockets, log, recorder, misbehaving, health } = deps;
  const servers: Server[] = [];
  let admin: AdminServer | undefined;
  let monitor: Monitoring | undefined;

  /** Loaded where it is wanted: everybody else would pay for it at the start. */
  async function openMonitor(): Promise<void> {
    if (options.httpEndpoint === '') return;
    const { startMonitoring } = await import('../monitoring/monitoring.js');
    const driver = { name: options.driverName, version: VERSION, nodes: options.nodeIds };
    monitor = await startMonitoring({
      endpoint: options.httpEndpoint,
      log,
      health,
      counts: () => deps.assembly()?.counts(),
      faults: misbehaving.faults,
      page: options.statusPage ? { driver, state: () => deps.assembly()?.inventory } : undefined,
    });
  }

  return {
    get httpUrl() {
      return monitor?.url;
    },

    async open() {
      const secrets = secretsLayers(options.secretsFile);
      await openMonitor();
      for (const socket of sockets) {
        const nodeId = socket.nodeId ?? options.nodeId;
        const server = await serve({
          socketPath: socketPathOf(socket.endpoint),
          socketMode: options.socketMode,
          maxRequestBytes: Number(options.maxRequestSize),
          log,
          around: around([
            recorder.layer,
            ...(monitor?.layers(nodeId) ?? []),
            ...secrets,
            ...misbehaving.layers(nodeId),
          ]),
          isReady: () => health().state === 'ready',
          observe: observers([recorder.observer(nodeId), ...(monitor?.observers(nodeId) ?? [])]),
          services: servicesAt(socket, deps),
        });
        servers.push(server);
      }
    },

    async openAdmin() {
      if (options.adminSocket === '') return undefined;
      const routes = routesOf(deps.control, { version: VERSION, driver: options.driverName });
      try {
        admin = await serveAdmin({ socketPath: options.adminSocket, routes, log });
        return undefined;
      } catch (error) {
        if (error instanceof ListenError && error.reason === 'in-use') return error;
        throw error;
      }
    },

    async closeCsi() {
      const graceMs = options.shutdownGrace;
      await Promise.all(servers.map((server) => server.stop({ graceMs })));
    },

    async close() {
      recorder.close();
      await admin?.stop();
      await monitor?.stop();
      monitor = undefined;
    },
  };
}

/** Identity, and what belongs to the socket. The handlers are looked up at every call. */
function servicesAt(
  { controller, nodeId }: ServedSocket,
  { options, health, ready }: ListeningDeps,
): readonly ServedService[] {
  const identity = identityService({
    driverName: options.driverName,
    version: VERSION,
    controller: true,
    topology: options.topology,
    expansion: options.volumeExpansion,
    health,
  });
  const services: ServedService[] = [{ definition: csi.Identity.service, handlers: identity }];
  if (controller) {
    services.push({
      definition: csi.Controller.service,
      get handlers() {
        return ready().controller ?? {};
      },
    });
  }
  if (nodeId !== undefined) {
    services.push({
      definition: csi.Node.service,
      get handlers() {
        return ready().node(nodeId) ?? {};
      },
    });
  }
  return services;
}

/** The layer that asks for secrets, if any are required. */
function secretsLayers(file: string): readonly Around[] {
  return file === '' ? [] : [secretsLayer(readSecrets(file))];
}

function observers(all: readonly CallObserver[]): CallObserver {
  return (call) => {
    for (const observe of all) observe(call);
  };
}
