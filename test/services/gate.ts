import { EventEmitter, once } from 'node:events';

/** Something that a test lets happen when it is time. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): unknown;
}

export function closedGate(): Gate {
  const events = new EventEmitter();
  return {
    opened: once(events, 'open').then(() => undefined),
    open: () => events.emit('open'),
  };
}

/** Resolves when everything that can go on without a gate, a timer or the system has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
