import { FORMAT_WORDS, type Format } from './format.js';
import { describeSource, type Source } from './snapshot.js';
import type { Topology } from './topology.js';
import { refuse, type Allowed, type Refusal } from './verdict.js';

/** A volume or snapshot that a volume is to be made from. */
export interface ContentSource {
  readonly source: Source;
  readonly format: Format;
  /** The size in bytes that a volume made from it needs at least. */
  readonly bytes: bigint;
  /** Where volumes can be made from it; empty: everywhere. */
  readonly accessibleTopology: readonly Topology[];
}

/**
 * Whether a volume of a format can be made from a source: only when the source has the same (spec:
 * "CreateVolume Errors", "Source incompatible or not supported").
 */
export function decideSameFormat(
  asked: Format,
  { source, format }: ContentSource,
): Allowed | Refusal<'INVALID_ARGUMENT'> {
  if (asked === format) return { answer: 'OK' };
  return refuse(
    'INVALID_ARGUMENT',
    `volume_content_source: ${describeSource(source)} is for ${FORMAT_WORDS[format]}, ` +
      `the volume is to be for ${FORMAT_WORDS[asked]}`,
  );
}

/** The topologies in which a volume can be made from a source, of those that the driver provisions in. */
export function topologiesOf(
  { accessibleTopology }: ContentSource,
  available: readonly Topology[],
): readonly Topology[] {
  return accessibleTopology.length > 0 ? accessibleTopology : available;
}
