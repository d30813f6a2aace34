import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveAdmin, type AdminServer } from './admin/admin-server.js';
import { control, type Control } from './admin/control.js';
import { routesOf } from './admin/routes.js';
import { assemble, type Assembly } from './assembly/assembly.js';
import { misbehaviour } from './assembly/misbehaviour.js';
import { around, type Around } from './csi/around.js';
import { callRecorder } from './calls/call-log.js';
import { callOutlets } from './calls/outlets.js';
import type { CallObserver } from './csi/ended-call.js';
import { socketPathOf } from './csi/endpoint.js';
import { csi } from './csi/proto.js';
import { StatusError } from './csi/status.js';
import type { Monitoring } from './http/monitoring.js';
import { canMount } from './host/mount-right.js';
import { createLog } from './log.js';
import { resolveOptions, type Options, type OptionsInput } from './options.js';
import { requireRightToMount } from './right-to-mount.js';
import { readSecrets } from './secrets/secrets-file.js';
import { secretsLayer } from './secrets/secrets-layer.js';
import { serve, type Server } from './server.js';
import { ListenError } from './server/listener.js';
import { healthCheck } from './services/health-check.js';
import { identityService, type Health } from './services/identity.js';
import { noSimulations } from './services/simulations.js';
import { socketsOf, type ServedSocket } from './sockets.js';
import { makeStateDirectory } from './state-directory.js';
import { VERSION } from './version.js';

/** A CSI plugin in this process. */
export interface Driver extends Control {
  /** What it runs with: complete and checked. */
  readonly options: Options;
  /** Where it listens, and for what. */
  readonly sockets: readonly ServedSocket[];
  /** Where /metrics and /healthz are, as a URL; undefined before the start, and without `httpEndpoint`. */
  readonly httpUrl: string | undefined;
  /**
   * Listens, opens the state and resolves when every call is served; a driver starts once. Rejects,
   * with everything closed, with an error whose message says what to do: a ListenError,
   * StateDirectoryError, StoreError, PoolError, MountRightError, TextFileError,
   * RuleFileError or HooksError.
   */
  start(): Promise<void>;
  /**
   * Finishes the calls in flight within the grace time, then forces; closes the state. May be called
   * at any time, also during the start, and again.
   */
  stop(): Promise<void>;
}

/** Makes a driver; nothing is opened before `start`. Throws an OptionError. */
export function createDriver(input: OptionsInput = {}): Driver {
  return driverWith(resolveOptions(input));
}

/** How often Probe looks whether the pool and the right to mount are still there. */
const HEALTH_MAX_AGE_MS = 1000;

/** Makes a driver from options that are complete. */
export function driverWith(options: Options): Driver {
  const log = createLog({ level: options.logLevel, format: options.logFormat });
  const servesNode = options.services.includes('node');
  const check = healthCheck(
    [
      () =>
        existsSync(join(options.poolDir, 'volumes'))
          ? undefined
          : `the pool ${options.poolDir} is gone`,
      () => (servesNode ? mountHindrance(options.stateDir) : undefined),
    ],
    HEALTH_MAX_AGE_MS,
  );
  const simulations = noSimulations();
  const misbehaving = misbehaviour(options, log, simulations, (volumeId) =>
    assembly?.volumeName(volumeId),
  );
  const recorder = callRecorder({
    calls: options.callLogSize,
    bytes: Number(options.callLogMemory),
    outlets: callOutlets(options, log),
  });
  const sockets = socketsOf(options);
  const servers: Server[] = [];
  let admin: AdminServer | undefined;
  let monitor: Monitoring | undefined;
  let assembly: Assembly | undefined;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const health = (): Health =>
    assembly === undefined
      ? { state: 'starting', reason: 'the state is being opened' }
      : check.health();

  const ready = (): Assembly => {
    if (assembly === undefined) {
      throw new StatusError('UNAVAILABLE', 'the driver is starting: the state is being opened');
    }
    return assembly;
  };

  const steering = control({
    calls: recorder,
    faults: misbehaving.faults,
    simulations,
    state: ready,
  });

  // The handlers are looked up at every call.
  const controller = {
    definition: csi.Controller.service,
    get handlers() {
      return ready().controller ?? {};
    },
  };
  const nodeAt = (nodeId: string) => ({
    definition: csi.Node.service,
    get handlers() {
      return ready().node(nodeId) ?? {};
    },
  });

  async function begin(): Promise<void> {
    for (const notice of options.notices) log.warn(notice);
    makeStateDirectory(options.stateDir);
    if (servesNode) requireRightToMount(options.stateDir);
    const identity = identityService({
      driverName: options.driverName,
      version: VERSION,
      controller: true,
      topology: options.topology,
      expansion: options.volumeExpansion,
      health,
    });
    try {
      await misbehaving.begin();
      const secrets = secretsLayers(options.secretsFile);
      await startMonitor();
      for (const { endpoint, controller: servesController, nodeId } of sockets) {
        const caller = nodeId ?? options.nodeId;
        const served = await serve({
          socketPath: socketPathOf(endpoint),
          socketMode: options.socketMode,
          maxRequestBytes: Number(options.maxRequestSize),
          log,
          around: around([
            ...(monitor?.layers(caller) ?? []),
            ...secrets,
            ...misbehaving.layers(caller),
          ]),
          isReady: () => health().state === 'ready',
          observe: observers([recorder.observer(caller), ...(monitor?.observers(caller) ?? [])]),
          services: [
            { definition: csi.Identity.service, handlers: identity },
            ...(servesController ? [controller] : []),
            ...(nodeId === undefined ? [] : [nodeAt(nodeId)]),
          ],
        });
        servers.push(served);
        goOnUnlessStopped();
      }
      const adminRefusal = await startAdmin();
      goOnUnlessStopped();
      assembly = await assemble(options, log, simulations);
      if (adminRefusal !== undefined) throw adminRefusal;
      goOnUnlessStopped();
    } catch (error) {
      await close();
      throw error;
    }
    const endpoints = sockets.map(({ endpoint }) => endpoint);
    log.info({ endpoint: endpoints.join(' '), pool: options.poolDir }, 'ready');
  }

  function goOnUnlessStopped(): void {
    if (stopped !== undefined) throw new Error('the driver was stopped before it had started');
  }

  /**
   * Resolves with why it cannot listen, where another process does: that process may have the state too,
   * and then to say so is of more use.
   */
  async function startAdmin(): Promise<ListenError | undefined> {
    if (options.adminSocket === '') return undefined;
    const routes = routesOf(steering, { version: VERSION, driver: options.driverName });
    try {
      admin = await serveAdmin({ socketPath: options.adminSocket, routes, log });
      return undefined;
    } catch (error) {
      if (error instanceof ListenError && error.reason === 'in-use') return error;
      throw error;
    }
  }

  /** Loaded where it is wanted: everybody else would pay for it at the start. */
  async function startMonitor(): Promise<void> {
    if (options.httpEndpoint === '') return;
    const { startMonitoring } = await import('./http/monitoring.js');
    monitor = await startMonitoring({
      endpoint: options.httpEndpoint,
      log,
      health,
      counts: () => assembly?.counts(),
      faults: misbehaving.faults,
      page: options.statusPage
        ? {
            driver: { name: options.driverName, version: VERSION, nodes: options.nodeIds },
            state: () => assembly?.inventory,
          }
        : undefined,
    });
  }

  async function stopServers(): Promise<void> {
    const graceMs = options.shutdownGrace;
    await Promise.all(servers.map((server) => server.stop({ graceMs })));
  }

  /** Closes what is open, in the order that lets calls in flight end. */
  async function close(): Promise<void> {
    await stopServers();
    recorder.close();
    await admin?.stop();
    await monitor?.stop();
    monitor = undefined;
    const open = assembly;
    assembly = undefined;
    await open?.close();
    await misbehaving.end();
  }

  async function end(): Promise<void> {
    assembly?.endCopies();
    // A start that goes on closes what it has opened, once it sees that it was stopped.
    await Promise.allSettled([stopServers(), started]);
    await close();
  }

  return {
    ...steering,
    options,
    sockets,
    get httpUrl() {
      return monitor?.url;
    },
    start() {
      if (started !== undefined) throw new Error('this driver was started before; make another');
      return (started = begin());
    },
    stop: () => (stopped ??= end()),
  };
}

/** The layer that asks for secrets, if any are required. Throws a TextFileError. */
function secretsLayers(file: string): readonly Around[] {
  return file === '' ? [] : [secretsLayer(readSecrets(file))];
}

function observers(all: readonly CallObserver[]): CallObserver {
  return (call) => {
    for (const observe of all) observe(call);
  };
}

/** Why nothing can be mounted any more; a full disk, on which that cannot be tried, is no reason. */
function mountHindrance(stateDir: string): string | undefined {
  try {
    return canMount(stateDir);
  } catch {
    return undefined;
  }
}
