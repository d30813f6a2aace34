import { without } from '../model/equality.js';
import { isKubernetesKey } from '../model/kubernetes-key.js';
import type { PublishRequest } from '../model/publish.js';
import type { StageRequest } from '../model/stage.js';
import { volumeCapability, type KnownModes } from './capability-field.js';
import { absolutePath, identifier, map, optionalAbsolutePath } from './field.js';
import type { NodePublishVolumeRequest__Output as WirePublish } from './generated/csi/v1/NodePublishVolumeRequest.js';
import type { NodeStageVolumeRequest__Output as WireStage } from './generated/csi/v1/NodeStageVolumeRequest.js';

/** Checks a NodeStageVolumeRequest. */
export function stageRequest(wire: WireStage, known: KnownModes): StageRequest {
  map(wire.secrets, 'secrets');
  map(wire.publish_context, 'publish_context');
  map(wire.volume_context, 'volume_context');
  return {
    volumeId: identifier(wire.volume_id, 'volume_id'),
    path: absolutePath(wire.staging_target_path, 'staging_target_path'),
    capability: volumeCapability(wire.volume_capability, 'volume_capability', known),
  };
}

/** Checks a NodePublishVolumeRequest and takes it apart into the target path (T) and the rest (P). */
export function publishRequest(wire: WirePublish, known: KnownModes): PublishRequest {
  map(wire.secrets, 'secrets');
  return {
    volumeId: identifier(wire.volume_id, 'volume_id'),
    targetPath: absolutePath(wire.target_path, 'target_path'),
    arguments: {
      capability: volumeCapability(wire.volume_capability, 'volume_capability', known),
      readonly: wire.readonly,
      stagingTargetPath: optionalAbsolutePath(wire.staging_target_path, 'staging_target_path'),
      publishContext: map(wire.publish_context, 'publish_context'),
      volumeContext: without(map(wire.volume_context, 'volume_context'), isKubernetesKey),
    },
  };
}
