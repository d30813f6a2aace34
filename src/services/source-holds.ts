import { StatusError } from '../csi/status.js';

/**
 * Who copies a volume or a snapshot, and who wants it unchanged for that long or changed as a whole:
 * copies of one source go side by side, a deletion or an expansion goes alone, in order of arrival. Other
 * calls on the source need no hold: they go on while it is copied.
 *
 * Whoever waits is refused as in VolumeLocks: with CANCELLED once the signal is aborted, or with ABORTED
 * at once. A hold is taken before a lock, never under one.
 */
export interface SourceHolds {
  /** Resolves once nobody is or waits to be alone with the source; call what it resolves with at the end. */
  share(id: string, signal: AbortSignal): Promise<() => void>;
  /** Does the work once no copy goes on. */
  alone<Result>(id: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

interface Holder {
  readonly shared: boolean;
  holds: boolean;
  readonly begin: () => void;
}

export function sourceHolds(overlap: 'wait' | 'abort'): SourceHolds {
  /** Those who hold a source, then those who wait for it, in order of arrival. */
  const lines = new Map<string, Holder[]>();

  /** Lets everyone begin who is in nobody's way. */
  function goOn(id: string): void {
    const line = lines.get(id) ?? [];
    for (const [place, holder] of line.entries()) {
      const before = line.slice(0, place);
      if (before.some((other) => !other.shared || !holder.shared)) return;
      if (!holder.holds) {
        holder.holds = true;
        holder.begin();
      }
    }
  }

  function leave(id: string, holder: Holder): void {
    const left = (lines.get(id) ?? []).filter((other) => other !== holder);
    if (left.length === 0) lines.delete(id);
    else lines.set(id, left);
    goOn(id);
  }

  function take(id: string, shared: boolean, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        leave(id, holder);
        reject(
          new StatusError('CANCELLED', `the caller gave up while waiting for a call on ${id}`),
        );
      };
      const holder: Holder = {
        shared,
        holds: false,
        begin() {
          signal.removeEventListener('abort', giveUp);
          resolve(() => leave(id, holder));
        },
      };
      lines.set(id, [...(lines.get(id) ?? []), holder]);
      signal.addEventListener('abort', giveUp, { once: true });
      goOn(id);
      if (holder.holds) return;
      if (signal.aborted) giveUp();
      else if (overlap === 'abort') {
        leave(id, holder);
        reject(new StatusError('ABORTED', `another call on ${id} is under way; try again later`));
      }
    });
  }

  return {
    share: (id, signal) => take(id, true, signal),
    async alone(id, signal, work) {
      const release = await take(id, false, signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
