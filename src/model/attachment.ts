import { isReaderOnly } from './access-mode.js';
import type { VolumeCapability } from './capability.js';

/** A volume controller-published at a node (spec: "ControllerPublishVolume"). */
export interface Attachment {
  readonly volumeId: string;
  readonly nodeId: string;
  readonly capability: VolumeCapability;
  readonly readonly: boolean;
}

/** What an attachment means to its node. */
export interface Attached {
  /** Whether the node may only read, in whatever mode it stages and publishes. */
  readonly readonly: boolean;
}

/** Attached read-only, or in a mode that allows no writes: either promises that the node writes nothing. */
export function attachedAs({ capability, readonly }: Attachment): Attached {
  return { readonly: readonly || isReaderOnly(capability.accessMode) };
}

/** How a volume with these attachments is attached to a node; undefined when it is not. */
export function attachedAt(
  attachments: readonly Attachment[],
  nodeId: string,
): Attached | undefined {
  const here = attachments.find((each) => each.nodeId === nodeId);
  return here && attachedAs(here);
}
