import { decideSize, sizesOf, type SizeRules } from './capacity.js';
import { decideSameFormat, topologiesOf, type ContentSource } from './content-source.js';
import type { CreateRequest } from './create.js';
import type { CreationParameters } from './creation-parameters.js';
import { decideFormat, type Format } from './format.js';
import { decideTopology, type Topology } from './topology.js';
import type { Refusal } from './verdict.js';

/** What of a new volume is for the driver to decide. */
export interface VolumePlan {
  readonly format: Format;
  readonly bytes: bigint;
  /** Where it can be reached; empty: everywhere. */
  readonly accessible: readonly Topology[];
}

export interface PlanRules {
  readonly sizes: SizeRules;
  /** Where volumes are made accessible; empty: everywhere. */
  readonly topologies: readonly Topology[];
}

type PlanVerdict =
  | ({ readonly answer: 'OK' } & VolumePlan)
  | Refusal<'INVALID_ARGUMENT' | 'OUT_OF_RANGE' | 'RESOURCE_EXHAUSTED'>;

/**
 * Plans a volume that does not exist (spec: "CreateVolume"). Made from a source, it has the format of the
 * source, at least its size, and is accessible where it is.
 */
export function planVolume(
  asked: CreateRequest,
  parameters: CreationParameters,
  source: ContentSource | undefined,
  { sizes, topologies }: PlanRules,
): PlanVerdict {
  const wanted = decideFormat(asked.capabilities, parameters, source?.format);
  if (wanted.answer !== 'OK') return wanted;
  const { format } = wanted;
  const same = source && decideSameFormat(format, source);
  if (same !== undefined && same.answer !== 'OK') return same;
  const size = decideSize(asked.capacityRange, sizesOf(format, sizes, source?.bytes));
  if (size.answer !== 'OK') return size;
  const available = source === undefined ? topologies : topologiesOf(source, topologies);
  const place = decideTopology(asked.topology, available);
  if (place.answer !== 'OK') return place;
  return { answer: 'OK', format, bytes: size.bytes, accessible: place.accessible };
}
