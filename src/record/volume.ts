import { ACCESS_MODES } from '../model/access-mode.js';
import type { AccessType, VolumeCapability } from '../model/capability.js';
import { FORMATS } from '../model/format.js';
import type { Source } from '../model/snapshot.js';
import type { Volume } from '../model/volume.js';
import { bytes, list, nullable, object, oneOf, since, text, textMap, type Shape } from './shape.js';

type Access<Kind> = Extract<AccessType, { readonly kind: Kind }>;

const blockAccess = object<Access<'block'>>({ kind: oneOf(['block']) });

const mountAccess = object<Access<'mount'>>({
  kind: oneOf(['mount']),
  fsType: text,
  mountFlags: list(text),
  volumeMountGroup: text,
});

const accessType: Shape<AccessType> = {
  toJson: (access) =>
    access.kind === 'block' ? blockAccess.toJson(access) : mountAccess.toJson(access),
  fromJson: (json, at) => (isBlock(json) ? blockAccess : mountAccess).fromJson(json, at),
};

function isBlock(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'block';
}

export const capabilityShape = object<VolumeCapability>({
  accessMode: oneOf(ACCESS_MODES),
  accessType,
});

const source = object<Source>({ kind: oneOf(['snapshot', 'volume']), id: text });

export const volumeShape = object<Volume>({
  id: text,
  name: text,
  capacityBytes: bytes,
  capabilities: list(capabilityShape),
  parameters: textMap,
  kind: text,
  accessibleTopology: list(textMap),
  format: since('directory', oneOf(FORMATS)),
  source: since(null, nullable(source)),
});
