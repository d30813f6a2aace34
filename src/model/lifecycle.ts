import { admits, describe, mountFlags } from './capability.js';
import { takesBack } from './mount-flags.js';
import type { PublishArguments, Staging } from './node-volume.js';
import type { CapableVolume } from './volume.js';

/** Which steps come before which (spec: "Volume Lifecycle"), as this driver advertises them. */
export interface LifecycleRules {
  readonly nodeId: string;
  /** PUBLISH_UNPUBLISH_VOLUME: a volume is controller-published before it is staged or published. */
  readonly attach: boolean;
  /** STAGE_UNSTAGE_VOLUME: a volume is staged before it is published. */
  readonly stage: boolean;
  /** `warn`: a broken order is logged and let through. */
  readonly lifecycle: 'enforce' | 'warn';
}

/** What exists for a volume on the node that is called. */
export interface NodeFacts {
  readonly volume: CapableVolume;
  /** Whether the volume is controller-published at this node. */
  readonly attached: boolean;
  /** Null when not staged, or when the mount has vanished. */
  readonly staging: Staging | null;
}

/** Why the volume may not be used yet on this node, if it is not controller-published here. */
export function attachBreach(
  volumeId: string,
  facts: NodeFacts,
  rules: LifecycleRules,
): string | undefined {
  if (!rules.attach || facts.attached) return undefined;
  return (
    `volume ${volumeId} is not controller-published at node ${rules.nodeId}: ` +
    'ControllerPublishVolume comes first'
  );
}

/** Why the volume may not be published with these arguments, given how it is staged. */
export function stageBreach(
  volumeId: string,
  asked: PublishArguments,
  { staging }: NodeFacts,
  rules: LifecycleRules,
): string | undefined {
  if (!rules.stage) return undefined;
  if (asked.stagingTargetPath === '') {
    return `staging_target_path is not set: volume ${volumeId} is published from where it is staged`;
  }
  if (staging === null) {
    return `volume ${volumeId} is not staged on node ${rules.nodeId}: NodeStageVolume comes first`;
  }
  if (staging.path !== asked.stagingTargetPath) {
    return (
      `volume ${volumeId} is staged at ${staging.path}, ` +
      `not at staging_target_path ${asked.stagingTargetPath}`
    );
  }
  if (!admits(staging.capability, asked.capability)) {
    return (
      `volume ${volumeId} is staged for ${describe(staging.capability)}, ` +
      `which does not admit ${describe(asked.capability)}`
    );
  }
  const stagedFlags = mountFlags(staging.capability.accessType);
  if (takesBack(stagedFlags, mountFlags(asked.capability.accessType))) {
    return (
      `volume ${volumeId} is staged at ${staging.path} with mount_flags that those of the publish ` +
      'take back: a publication keeps the flags of the staging'
    );
  }
  return undefined;
}
