import type { CallBytes, CallFacts } from './kept-call.js';

/**
 * Keeps as many calls as asked for, with their messages in as many bytes, and not one more of either:
 * the oldest make room. All bytes are in one block, so that a call costs no allocation.
 */
export interface CallMemory {
  /** Keeps a call; without its bytes where they are more than the memory has. */
  add(facts: CallFacts, bytes: CallBytes): void;
  /** What is kept, the oldest first. The bytes are views: they change with the next `add`. */
  calls(): Generator<readonly [CallFacts, CallBytes]>;
  /** Forgets everything. Answers how many calls that was. */
  clear(): number;
}

interface Kept {
  readonly facts: CallFacts;
  /** Counts all bytes that were ever kept. */
  readonly start: number;
  /** Of each part; -1 where there is none. */
  readonly message: number;
  readonly request: number;
  readonly response: number;
}

export function callMemory(mostCalls: number, mostBytes: number): CallMemory {
  const block = Buffer.allocUnsafeSlow(mostBytes);
  /** By the number of their addition, so in their order. */
  const kept = new Map<number, Kept>();
  let [oldest, next, end] = [0, 0, 0];

  /** The parts of a call are never apart: what does not fit before the end of the block skips it. */
  function reserve(length: number): number {
    const left = mostBytes - (end % mostBytes);
    const start = length > left ? end + left : end;
    end = start + length;
    return start;
  }

  function makeRoom(): void {
    for (;;) {
      const first = kept.get(oldest);
      if (first === undefined) return;
      if (kept.size < mostCalls && end - first.start <= mostBytes) return;
      kept.delete(oldest);
      oldest += 1;
    }
  }

  function view(start: number, length: number): Buffer | undefined {
    return length < 0 ? undefined : block.subarray(start, start + length);
  }

  return {
    add(facts, bytes) {
      if (mostCalls === 0) return;
      const fits = sizeOf(bytes) <= mostBytes;
      const [message, request, response] = fits ? bytes : [];
      const start = reserve(fits ? sizeOf(bytes) : 0);
      makeRoom();
      let at = start % mostBytes;
      for (const part of [message, request, response]) at += part?.copy(block, at) ?? 0;
      kept.set(next, {
        facts: fits ? facts : { ...facts, cut: true },
        start,
        message: message?.length ?? -1,
        request: request?.length ?? -1,
        response: response?.length ?? -1,
      });
      next += 1;
    },

    *calls() {
      for (const { facts, start, message, request, response } of kept.values()) {
        const first = start % mostBytes;
        const second = first + Math.max(message, 0);
        const third = second + Math.max(request, 0);
        yield [facts, [view(first, message), view(second, request), view(third, response)]];
      }
    },

    clear() {
      const forgotten = kept.size;
      kept.clear();
      oldest = next;
      return forgotten;
    },
  };
}

function sizeOf([message, request, response]: CallBytes): number {
  return (message?.length ?? 0) + (request?.length ?? 0) + (response?.length ?? 0);
}
