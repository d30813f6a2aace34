import type { VolumeCapability } from './capability.js';
import { within, type CapacityRange } from './capacity.js';
import { sameMap, type StringMap } from './equality.js';
import { describeSource, sameSource, type Source } from './snapshot.js';
import { reaches, type TopologyRequirement } from './topology.js';
import { refuse, type Idempotent, type Refusal } from './verdict.js';
import { unsupported, type Volume } from './volume.js';

export interface CreateRequest {
  readonly name: string;
  readonly capacityRange: CapacityRange | undefined;
  /** Never empty. */
  readonly capabilities: readonly VolumeCapability[];
  /** Keys under `csi.storage.k8s.io/` are left out. */
  readonly parameters: StringMap;
  readonly topology: TopologyRequirement | undefined;
  /** What the volume is to be made from; null: nothing. */
  readonly source: Source | null;
}

/**
 * Decides a CreateVolume whose name is taken: OK when the volume is compatible with all that is
 * asked, else ALREADY_EXISTS (spec: "CreateVolume").
 */
export function decideRepeatedCreate(
  request: CreateRequest,
  existing: Volume,
): Idempotent | Refusal<'ALREADY_EXISTS'> {
  const differs = difference(request, existing);
  return differs === undefined
    ? { answer: 'OK (idempotent)' }
    : refuse(
        'ALREADY_EXISTS',
        `a volume of that name exists as ${existing.id} and is incompatible: ${differs}`,
      );
}

function difference(request: CreateRequest, existing: Volume): string | undefined {
  if (!within(existing.capacityBytes, request.capacityRange)) {
    return `capacity_range does not hold its ${existing.capacityBytes} bytes`;
  }
  for (const capability of request.capabilities) {
    const limit = unsupported(existing, capability);
    if (limit !== undefined) return `volume_capabilities: ${limit}`;
  }
  if (!sameMap(existing.parameters, request.parameters)) return 'parameters differ';
  if (!sameSource(existing.source, request.source)) {
    return (
      `it was made from ${describeSource(existing.source)}, ` +
      `volume_content_source asks for ${describeSource(request.source)}`
    );
  }
  if (!reaches(existing.accessibleTopology, request.topology)) {
    return 'accessibility_requirements name no topology from which it is accessible';
  }
  return undefined;
}
