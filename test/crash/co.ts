import type { Client } from '../../src/csi/client.js';
import { errorCode } from '../../src/host/errno.js';
import { ACCESS_MODES, isReaderOnly } from '../../src/model/access-mode.js';
import type { Format } from '../../src/model/format.js';
import { coVolume, type Change, type CoVolume } from './co-volume.js';
import { createRandom, type Random } from './random.js';

const CALLERS = 8;
const VOLUMES_EACH = 3;

/** A CO with several callers side by side, each with volumes of its own. */
export interface Co {
  readonly volumes: readonly CoVolume[];
  /**
   * Asks for one random change after the other until calls fail with one of these codes, as they do in
   * a crash. Rejects when one fails otherwise.
   */
  burst(client: Client, inCrash: readonly string[]): Promise<void>;
  /** Makes every call again that nobody answered. */
  retry(client: Client): Promise<void>;
  /** Unpublishes, unstages, detaches and deletes all. */
  takeDown(client: Client): Promise<void>;
}

/** `directory`: an existing one, for the paths of the volumes, which have these formats in turn. */
export function createCo(
  directory: string,
  random: Random,
  formats: readonly Format[] = ['directory'],
): Co {
  const modes = ACCESS_MODES.filter((mode) => !isReaderOnly(mode));
  const volumes = Array.from({ length: CALLERS * VOLUMES_EACH }, (_, index) =>
    coVolume(
      directory,
      `volume-${index}`,
      modes[index % modes.length] ?? 'SINGLE_NODE_WRITER',
      formats[index % formats.length],
    ),
  );
  return coOf(volumes, random);
}

/** A CO with these volumes. */
export function coOf(volumes: readonly CoVolume[], random = createRandom(0)): Co {
  async function callUntilLost(
    client: Client,
    own: readonly CoVolume[],
    inCrash: readonly string[],
  ): Promise<void> {
    for (;;) {
      const volume = own[random.below(own.length)];
      if (volume === undefined) return;
      const calls = nextStep(volume, random).map((change) => volume.send(client, change));
      const failures = (await Promise.allSettled(calls)).flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      for (const failure of failures) {
        if (!inCrash.includes(errorCode(failure) ?? '')) throw failure;
      }
      if (failures.length > 0) return;
    }
  }

  return {
    volumes,

    async burst(client, inCrash) {
      const shares = Array.from({ length: CALLERS }, (_, caller) =>
        volumes.filter((__, index) => index % CALLERS === caller),
      );
      await Promise.all(shares.map((own) => callUntilLost(client, own, inCrash)));
    },

    async retry(client) {
      await Promise.all(
        volumes.map(async (volume) => {
          for (const change of volume.pending) await volume.send(client, change);
        }),
      );
    },

    async takeDown(client) {
      await Promise.all(
        volumes.map(async (volume) => {
          for (const target of volume.published) {
            await volume.send(client, { kind: 'unpublish', target });
          }
          if (volume.staged) await volume.send(client, { kind: 'unstage' });
          if (volume.attached) await volume.send(client, { kind: 'detach' });
          if (volume.id !== undefined) await volume.send(client, { kind: 'delete' });
        }),
      );
    },
  };
}

/** What a CO may ask for next, several calls if they go side by side; rather upwards than downwards. */
function nextStep(volume: CoVolume, random: Random): readonly Change[] {
  const { published, targets } = volume;
  const upwards = random.chance(0.6);
  if (volume.id === undefined) return [{ kind: 'create' }];
  if (random.chance(0.15)) return [{ kind: 'expand', bytes: volume.bytes + 4096n }];
  if (!volume.attached) return [{ kind: upwards ? 'attach' : 'delete' }];
  if (!volume.staged) return [{ kind: upwards ? 'stage' : 'detach' }];
  if (published.size === 0 && !upwards) return [{ kind: 'unstage' }];
  const free =
    volume.isSingle && published.size > 0 ? [] : targets.filter((t) => !published.has(t));
  const [kind, chosen] =
    (upwards && free.length > 0) || published.size === 0
      ? (['publish', free] as const)
      : (['unpublish', [...published]] as const);
  const first = random.below(chosen.length);
  return chosen.slice(first, first + 1 + random.below(2)).map((target) => ({ kind, target }));
}
