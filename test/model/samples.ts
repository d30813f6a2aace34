import type { AccessMode } from '../../src/model/access-mode.js';
import type { VolumeCapability } from '../../src/model/capability.js';
import type { PublishArguments, Publication } from '../../src/model/node-volume.js';
import type { PublishRules } from '../../src/model/publish.js';
import type { CapableVolume } from '../../src/model/volume.js';

/** A mount capability; `mount` overrides its fields. */
export function mountCapability(
  accessMode: AccessMode,
  mount: { fsType?: string; mountFlags?: readonly string[]; volumeMountGroup?: string } = {},
): VolumeCapability {
  return {
    accessMode,
    accessType: { kind: 'mount', fsType: '', mountFlags: [], volumeMountGroup: '', ...mount },
  };
}

export function blockCapability(accessMode: AccessMode): VolumeCapability {
  return { accessMode, accessType: { kind: 'block' } };
}

/** A directory volume that was made for some capabilities. */
export function capableVolume(...capabilities: readonly VolumeCapability[]): CapableVolume {
  return { id: 'vol-1', capabilities, format: 'directory' };
}

export function publishArguments(
  capability: VolumeCapability,
  rest: Partial<PublishArguments> = {},
): PublishArguments {
  return {
    capability,
    readonly: false,
    stagingTargetPath: '/staging',
    publishContext: { attached: 'yes' },
    volumeContext: {},
    ...rest,
  };
}

export function publication(targetPath: string, args: PublishArguments): Publication {
  return { targetPath, arguments: args };
}

export const RULES: PublishRules = {
  nodeId: 'node-1',
  attach: true,
  stage: true,
  lifecycle: 'enforce',
  singleNodeMultiWriter: true,
  singleNodeWriterTargets: 'one',
};
