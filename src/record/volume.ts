import { ACCESS_MODES } from '../model/access-mode.js';
import type { AccessType, VolumeCapability } from '../model/capability.js';
import type { Volume } from '../model/volume.js';
import { bytes, list, object, oneOf, text, textMap, type Shape } from './shape.js';

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

export const volumeShape = object<Volume>({
  id: text,
  name: text,
  capacityBytes: bytes,
  capabilities: list(capabilityShape),
  parameters: textMap,
  kind: text,
  accessibleTopology: list(textMap),
});
