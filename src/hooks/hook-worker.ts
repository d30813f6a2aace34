import { Worker } from 'node:worker_threads';
import type { Log } from '../log.js';
import type {
  FromThread,
  HookCall,
  HookOutcome,
  HookPoint,
  Hooks,
  ThreadData,
  ToThread,
} from './hook.js';
import { hookRuns } from './hook-runs.js';
import { HooksError } from './hooks-error.js';

/** The hooks of a file, from outside the thread in which they run. */
export interface HookWorker {
  /** Whether there is a hook for the calls of an RPC. */
  has(point: HookPoint, rpc: string): boolean;
  /** Never rejects. A thread that is lost is replaced, and its hooks forget what they knew. */
  run(point: HookPoint, call: HookCall, response?: object): Promise<HookOutcome>;
  stop(): Promise<void>;
}

/** In ms: what a file of hooks may take to load. */
const START_TIME = 30_000;

/** In MiB: beyond it, the thread ends and not the driver. */
const MEMORY = 256;

/** Loads the hooks of a file. Throws a HooksError. */
export async function startHookWorker(
  path: string,
  timeoutMs: number,
  log: Log,
): Promise<HookWorker> {
  const runs = hookRuns(timeoutMs, {
    ping: (id) => post({ kind: 'ping', id }),
    end: () => void worker?.terminate(),
  });
  /** The thread, while it can be asked. */
  let worker: Worker | undefined;
  let starting: Promise<void> | undefined;
  let isStopped = false;
  const hooked = await begin();

  function post(message: ToThread): void {
    worker?.postMessage(message);
  }

  async function begin(): Promise<Hooks['hooked']> {
    const unread = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const data: ThreadData = { path, scriptTime: timeoutMs, unread };
    const begun = new Worker(new URL('./hook-thread.js', import.meta.url), {
      workerData: data,
      execArgv: [],
      // Nobody reads what is written past the console.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY },
    });
    begun.stdout.resume();
    begun.stderr.resume();
    let problem = 'ended while it loaded';
    begun.on('error', (error) => {
      problem = error.message;
      log.warn({ err: error }, 'the thread of the hooks failed');
    });
    return new Promise<Hooks['hooked']>((resolve, reject) => {
      const refuse = (reason: string): void => {
        clearTimeout(timer);
        void begun.terminate();
        reject(new HooksError(`hooks in ${path}: ${reason}`));
      };
      const timer = setTimeout(
        () => refuse(`takes longer than ${START_TIME} ms to load`),
        START_TIME,
      );
      begun.on('message', (message: FromThread) => {
        if (message.kind === 'ready') {
          clearTimeout(timer);
          problem = 'it was ended';
          worker = begun;
          resolve(message.hooked);
        } else if (message.kind === 'refused') {
          refuse(message.reason);
        } else {
          receive(message, unread);
        }
      });
      begun.on('exit', () => {
        refuse(problem);
        if (worker === begun) lost(problem);
      });
    });
  }

  function receive(
    message: Exclude<FromThread, { kind: 'ready' | 'refused' }>,
    unread: Int32Array,
  ): void {
    switch (message.kind) {
      case 'begun':
        return runs.begun(message.id);
      case 'pong':
        return runs.pong(message.id);
      case 'done':
        return runs.done(message.id, message.outcome);
      case 'log':
        Atomics.sub(unread, 0, 1);
        return log.info({ hook: message.text }, 'a hook says');
    }
  }

  function lost(reason: string): void {
    worker = undefined;
    runs.lose('begun', `was lost with its thread: ${reason}`);
    if (isStopped) runs.lose('all', 'was lost: the driver ends');
    else if (runs.waiting().length > 0) starting ??= restart();
  }

  /** Another thread, for the hooks that wait for one. */
  async function restart(): Promise<void> {
    const failure = await begin().then(
      () => undefined,
      (error: unknown) => ({ err: error }),
    );
    starting = undefined;
    if (failure === undefined) {
      for (const message of runs.waiting()) post(message);
    } else {
      log.error(failure, 'the hooks could not be loaded again');
      runs.lose('all', 'was lost: the hooks could not be loaded again');
    }
  }

  return {
    has: (point, rpc) => hooked[point] === 'all' || hooked[point].includes(rpc),
    run: (point, call, response) =>
      new Promise((resolve) => {
        if (isStopped) return resolve({ kind: 'lost', reason: 'was lost: the driver ends' });
        const texts = {
          call: JSON.stringify(call),
          response: response === undefined ? undefined : JSON.stringify(response),
        };
        const message = runs.add({ kind: 'run', point, ...texts }, resolve);
        // One that waits is told by the restart.
        if (starting !== undefined) return undefined;
        if (worker !== undefined) return post(message);
        starting = restart();
        return undefined;
      }),
    async stop() {
      isStopped = true;
      const last = worker;
      await starting;
      await (worker ?? last)?.terminate();
      runs.lose('all', 'was lost: the driver ends');
    },
  };
}
