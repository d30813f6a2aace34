import type { HookOutcome, ToThread } from './hook.js';

type RunMessage = Extract<ToThread, { kind: 'run' }>;

/** The hooks that somebody waits for, in the order in which they were asked for. */
export interface HookRuns {
  /** `resolve` gets what comes of it, whatever that is. Answers the message for the thread. */
  add(message: Omit<RunMessage, 'id'>, resolve: (outcome: HookOutcome) => void): RunMessage;
  /** The time of the hook runs from now on. */
  begun(id: number): void;
  /** The thread is still listening. */
  pong(id: number): void;
  done(id: number, outcome: HookOutcome): void;
  /** Ends those that the thread has come to, or all. */
  lose(which: 'begun' | 'all', reason: string): void;
  /** Those that the thread has not come to. */
  waiting(): readonly RunMessage[];
}

/** Where runs that take too long are told. */
interface Thread {
  ping(id: number): void;
  /** It has been deaf for half of the time at least: it does nothing but this hook. */
  end(): void;
}

/** In ms: a script that is told how long it may take ends itself first, and the thread goes on. */
const GRACE = 100;

interface Pending {
  readonly message: RunMessage;
  readonly resolve: (outcome: HookOutcome) => void;
  hasBegun: boolean;
  isDeaf: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** `timeoutMs`: what a hook may take, not counting the time until its turn. */
export function hookRuns(timeoutMs: number, thread: Thread): HookRuns {
  const limit = timeoutMs + GRACE;
  const pending = new Map<number, Pending>();
  let last = 0;

  function done(id: number, outcome: HookOutcome): void {
    const run = pending.get(id);
    if (run === undefined) return;
    pending.delete(id);
    clearTimeout(run.timer);
    run.resolve(outcome);
  }

  function ask(id: number, run: Pending): void {
    run.isDeaf = true;
    thread.ping(id);
    run.timer = setTimeout(() => {
      const { isDeaf } = run;
      done(id, { kind: 'lost', reason: `took longer than ${timeoutMs} ms` });
      if (isDeaf) thread.end();
    }, limit / 2);
  }

  return {
    add(message, resolve) {
      const id = (last += 1);
      const run = {
        message: { ...message, id },
        resolve,
        hasBegun: false,
        isDeaf: false,
        timer: undefined,
      };
      pending.set(id, run);
      return run.message;
    },
    begun(id) {
      const run = pending.get(id);
      if (run === undefined) return;
      run.hasBegun = true;
      run.timer = setTimeout(() => ask(id, run), limit / 2);
    },
    pong(id) {
      const run = pending.get(id);
      if (run !== undefined) run.isDeaf = false;
    },
    done,
    lose(which, reason) {
      for (const [id, { hasBegun }] of pending) {
        if (which === 'all' || hasBegun) done(id, { kind: 'lost', reason });
      }
    },
    waiting: () =>
      [...pending.values()].filter(({ hasBegun }) => !hasBegun).map(({ message }) => message),
  };
}
