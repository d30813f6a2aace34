import { StatusError } from '../csi/status.js';
import { invalid } from '../csi/field.js';
import { readParameters, type CreationParameters } from '../model/creation-parameters.js';
import type { StringMap } from '../model/equality.js';
import { raise } from './outcome.js';

/** The parameter of a StorageClass that chooses among several simulated capacities. */
const KIND = 'kind';

/**
 * The simulated capacity that volumes are counted against. What is being created or expanded is
 * reserved, so that calls side by side cannot promise the same bytes twice.
 */
export interface PromisedCapacity {
  /** Reads creation parameters: INVALID_ARGUMENT for an unknown one and for an unknown kind. */
  read(parameters: StringMap): CreationParameters;
  /** The bytes left in a kind, or in the kind with most left; undefined without simulation. */
  available(parameters: StringMap): bigint | undefined;
  /** The kind for a new volume: the one asked for, else the first with room; RESOURCE_EXHAUSTED. */
  choose(parameters: StringMap, bytes: bigint): string;
  /**
   * Sets bytes aside until the returned function is called for the first time, which is when the
   * store knows of them; RESOURCE_EXHAUSTED when the kind has not so many left.
   */
  reserve(kind: string, bytes: bigint): () => void;
}

/**
 * `capacity`: bytes by kind, that of volumes without a kind under the empty one; an empty map for no
 * simulation. `promised`: what existing volumes take. `isFull`: the kinds of which nothing is left all the
 * same, with or without simulation.
 */
export function promisedCapacity(
  capacity: ReadonlyMap<string, bigint>,
  promised: (kind: string) => bigint,
  isFull: (kind: string) => boolean = () => false,
): PromisedCapacity {
  const reserved = new Map<string, bigint>();
  const reservedIn = (kind: string) => reserved.get(kind) ?? 0n;
  const left = (kind: string): bigint => {
    if (isFull(kind)) return 0n;
    const bytes = (capacity.get(kind) ?? 0n) - promised(kind) - reservedIn(kind);
    return bytes > 0n ? bytes : 0n;
  };
  const candidates = (parameters: StringMap): string[] => {
    const kind = Object.hasOwn(parameters, KIND) ? parameters[KIND] : undefined;
    if (kind !== undefined) return [kind];
    return capacity.size === 0 || capacity.has('') ? [''] : [...capacity.keys()];
  };
  const exhausted = (kinds: readonly string[], bytes: bigint) =>
    new StatusError(
      'RESOURCE_EXHAUSTED',
      `${bytes} bytes asked for; left: ` +
        kinds.map((kind) => `${left(kind)}${kind && ` of kind ${kind}`}`).join(', '),
    );

  return {
    read(parameters) {
      const verdict = readParameters(parameters);
      if (verdict.answer !== 'OK') return raise(verdict);
      const [kind] = candidates(parameters);
      if (Object.hasOwn(parameters, KIND) && !capacity.has(kind ?? '')) {
        const kinds = [...capacity.keys()].filter(Boolean).join(', ') || 'none are configured';
        throw invalid(`parameters.${KIND}`, `is unknown; kinds of capacity: ${kinds}`);
      }
      return verdict.parameters;
    },

    available(parameters) {
      if (capacity.size === 0) return isFull('') ? 0n : undefined;
      return candidates(parameters)
        .map(left)
        .reduce((a, b) => (a > b ? a : b), 0n);
    },

    choose(parameters, bytes) {
      const kinds = candidates(parameters);
      if (capacity.size === 0 && !isFull('')) return '';
      const kind = kinds.find((each) => left(each) >= bytes);
      if (kind === undefined) throw exhausted(kinds, bytes);
      return kind;
    },

    reserve(kind, bytes) {
      if ((capacity.has(kind) || isFull(kind)) && left(kind) < bytes)
        throw exhausted([kind], bytes);
      reserved.set(kind, reservedIn(kind) + bytes);
      let held = bytes;
      return () => {
        reserved.set(kind, reservedIn(kind) - held);
        held = 0n;
      };
    },
  };
}
