import { control, type Control } from './admin/control.js';
import { assemble, type Assembly } from './assembly/assembly.js';
import { misbehaviour } from './assembly/misbehaviour.js';
import { callRecorder } from './calls/call-log.js';
import { callOutlets } from './calls/outlets.js';
import { StatusError } from './csi/status.js';
import { listening } from './driver/listening.js';
import { pluginHealth } from './driver/plugin-health.js';
import { createLog } from './log.js';
import { resolveOptions, type Options, type OptionsInput } from './options.js';
import { requireRightToMount } from './right-to-mount.js';
import type { Health } from './services/identity/identity.js';
import { noSimulations } from './services/simulations.js';
import { socketsOf, type ServedSocket } from './sockets.js';
import { makeStateDirectory } from './state-directory.js';

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

/** Makes a driver from options that are complete. */
export function driverWith(options: Options): Driver {
  const log = createLog({ level: options.logLevel, format: options.logFormat });
  const simulations = noSimulations();
  const volumeName = (volumeId: string): string | undefined => assembly?.volumeName(volumeId);
  const misbehaving = misbehaviour(options, log, simulations, volumeName);
  const recorder = callRecorder({
    calls: options.callLogSize,
    bytes: Number(options.callLogMemory),
    outlets: callOutlets(options, log),
    volumeName,
  });
  const whileOpen = pluginHealth(options);
  let assembly: Assembly | undefined;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const health = (): Health =>
    assembly === undefined
      ? { state: 'starting', reason: 'the state is being opened' }
      : whileOpen();
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
  const sockets = socketsOf(options);
  const listens = listening({
    options,
    sockets,
    log,
    recorder,
    misbehaving,
    control: steering,
    health,
    assembly: () => assembly,
    ready,
  });

  async function begin(): Promise<void> {
    for (const notice of options.notices) log.warn(notice);
    makeStateDirectory(options.stateDir);
    if (options.services.includes('node')) requireRightToMount(options.stateDir);
    try {
      await misbehaving.begin();
      await listens.open();
      goOnUnlessStopped();
      const adminRefusal = await listens.openAdmin();
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

  /** Closes what is open, in the order that lets calls in flight end. */
  async function close(): Promise<void> {
    await listens.closeCsi();
    await listens.close();
    const open = assembly;
    assembly = undefined;
    await open?.close();
    await misbehaving.end();
  }

  async function end(): Promise<void> {
    assembly?.endCopies();
    // A start that goes on closes what it has opened, once it sees that it was stopped.
    await Promise.allSettled([listens.closeCsi(), started]);
    await close();
  }

  return {
    ...steering,
    options,
    sockets,
    get httpUrl() {
      return listens.httpUrl;
    },
    start() {
      if (started !== undefined) throw new Error('this driver was started before; make another');
      return (started = begin());
    },
    stop: () => (stopped ??= end()),
  };
}
