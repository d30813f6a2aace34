import { StatusError } from '../../csi/status.js';
import type { Fill } from '../../host/content.js';
import type { ContentCopy, CopyRequest } from '../../host/copy/content-copy.js';
import { CopyError } from '../../host/copy/copy-error.js';

/** Makes the copies that snapshots and clones are, a few at a time: others wait for their turn. */
export interface Copies {
  /** Fills what is being made with a copy. `names`: for the log. */
  fillWith(names: CopyNames, request: CopyRequest): Fill;
  /** Ends all copies for good: they fail with UNAVAILABLE. */
  end(): void;
}

/** What is copied to what, by their ids. */
export interface CopyNames {
  readonly from: string;
  readonly to: string;
}

export interface CopiesOptions {
  readonly copy: ContentCopy;
  /** Writes to the log. */
  readonly say: (details: Readonly<Record<string, unknown>>, message: string) => void;
  /** How many go on side by side. */
  readonly atOnce?: number;
  /** How many of them may have the same source: the others leave room for those of other sources. */
  readonly ofOneSource?: number;
  /** How often the log is told how far a copy is, in ms. */
  readonly progressMs?: number;
}

export function copies({
  copy,
  say,
  atOnce = 16,
  ofOneSource = 2,
  progressMs = 10_000,
}: CopiesOptions): Copies {
  const ending = new AbortController();
  const { signal } = ending;
  /** The sources of the copies that go on. */
  const going: string[] = [];
  /** In order of arrival. */
  const waiting: { readonly from: string; readonly begin: () => void }[] = [];

  function hasRoom(from: string): boolean {
    const others = going.filter((each) => each === from);
    return going.length < atOnce && others.length < ofOneSource;
  }

  async function turn(names: CopyNames): Promise<void> {
    const { from } = names;
    if (hasRoom(from)) {
      going.push(from);
      return;
    }
    say({ ...names, going: [...going] }, 'a copy waits for others to end');
    await new Promise<void>((begin) => waiting.push({ from, begin }));
  }

  /** Gives the turn on, to the first in line that has one. */
  function next(from: string): void {
    going.splice(going.indexOf(from), 1);
    const place = waiting.findIndex((each) => hasRoom(each.from));
    const [follower] = place === -1 ? [] : waiting.splice(place, 1);
    if (follower === undefined) return;
    going.push(follower.from);
    follower.begin();
  }

  return {
    fillWith: (names, request) => async (root) => {
      await turn(names);
      let bytes = 0;
      const telling = setInterval(
        () => say({ ...names, bytes }, 'a copy is being made'),
        progressMs,
      );
      try {
        if (signal.aborted) throw new CopyError('ended', 'the driver is stopping');
        const progress = (soFar: number) => {
          bytes = soFar;
        };
        await copy(request, root, { signal, progress });
        // All is flushed.
        return [];
      } catch (error) {
        throw error instanceof CopyError ? statusOf(error, names) : error;
      } finally {
        clearInterval(telling);
        next(names.from);
      }
    },

    end() {
      ending.abort();
    },
  };
}

function statusOf(error: CopyError, { from }: CopyNames): StatusError {
  const { reason, message } = error;
  return new StatusError(CODES[reason], `${from} cannot be copied: ${message}`, { cause: error });
}

const CODES = {
  unsettled: 'ABORTED',
  'not-readable': 'FAILED_PRECONDITION',
  ended: 'UNAVAILABLE',
} as const;
