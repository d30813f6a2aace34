import type { VolumeCapability } from './capability.js';
import { decideSize, sizesOf, type SizeRules } from './capacity.js';
import type { StringMap } from './equality.js';
import { decideFormat } from './format.js';
import { parseQuantity } from './quantity.js';
import { quoted } from './quoted.js';
import { refuse, type Refusal } from './verdict.js';
import type { Volume } from './volume.js';

/**
 * Whether a NodePublishVolume is for an inline volume: one of the pod that it is for, made where it is
 * published and gone afterwards. `volumeContext` is the whole one of the call.
 */
export function asksForInline(volumeContext: StringMap): boolean {
  return Object.hasOwn(volumeContext, EPHEMERAL) && volumeContext[EPHEMERAL] === 'true';
}

const EPHEMERAL = 'csi.storage.k8s.io/ephemeral';

export interface InlineRequest {
  readonly volumeId: string;
  readonly capability: VolumeCapability;
  /** The volume's `volumeAttributes`: the volume context without Kubernetes' own keys. */
  readonly attributes: StringMap;
}

type InlineVerdict =
  { readonly answer: 'OK'; readonly volume: Volume } | Refusal<'INVALID_ARGUMENT'>;

/** The volume that a request for an inline volume describes. */
export function decideInlineVolume(request: InlineRequest, sizes: SizeRules): InlineVerdict {
  const { volumeId, capability, attributes } = request;
  if (capability.accessType.kind === 'block') {
    return refuse(
      'INVALID_ARGUMENT',
      `volume_capability: ${volumeId} is an inline volume, and those are for mount access only`,
    );
  }
  const read = readAttributes(attributes);
  if (read.answer !== 'OK') return read;
  const decided = decideFormat([capability], { kind: undefined, enforceSize: read.enforceSize });
  if (decided.answer !== 'OK') return decided;
  const { format } = decided;
  const range = read.size === undefined ? undefined : { requiredBytes: read.size, limitBytes: 0n };
  const size = decideSize(range, sizesOf(format, sizes));
  if (size.answer !== 'OK') {
    return refuse('INVALID_ARGUMENT', `${field('size')}: ${size.message}`);
  }
  const volume: Volume = {
    id: volumeId,
    name: volumeId,
    capacityBytes: size.bytes,
    capabilities: [capability],
    parameters: attributes,
    kind: '',
    accessibleTopology: [],
    format,
    source: null,
  };
  return { answer: 'OK', volume };
}

interface Attributes {
  readonly answer: 'OK';
  /** In bytes; undefined: the driver's default. */
  readonly size: bigint | undefined;
  /** As the parameter of a StorageClass with this name. */
  readonly enforceSize: boolean;
}

/** An attribute that is not known is refused: nobody is to think that it has an effect. */
function readAttributes(attributes: StringMap): Attributes | Refusal<'INVALID_ARGUMENT'> {
  let size: bigint | undefined;
  let enforceSize = false;
  for (const [key, value] of Object.entries(attributes)) {
    switch (key) {
      case 'size':
        size = parseQuantity(value);
        if (size === undefined || size <= 0n) {
          return refuse(
            'INVALID_ARGUMENT',
            `${field(key)} must be a size above 0, such as 100Mi, not ${quoted(value)}`,
          );
        }
        break;
      case 'enforceSize':
        if (value !== 'true' && value !== 'false') {
          return refuse('INVALID_ARGUMENT', `${field(key)} must be true or false`);
        }
        enforceSize = value === 'true';
        break;
      default:
        return refuse(
          'INVALID_ARGUMENT',
          `${field(key)} is not known: an inline volume has the attributes size and enforceSize`,
        );
    }
  }
  return { answer: 'OK', size, enforceSize };
}

function field(key: string): string {
  return `volume_context[${quoted(key)}]`;
}
