import { drainHint, isMultiNode } from './access-mode.js';
import type { Attachment } from './attachment.js';
import { capabilityDifferences, difference } from './capability.js';
import { refuse, type Allowed, type Idempotent, type Refusal } from './verdict.js';
import { unsupported, type CapableVolume } from './volume.js';

interface AttachFacts {
  readonly volume: CapableVolume;
  /** Where the volume is controller-published now. */
  readonly attachments: readonly Attachment[];
  /** The number of volumes that are controller-published at the node. */
  readonly attachedToNode: number;
  /** The node's limit of attached volumes; 0: none. */
  readonly limit: number;
}

interface AttachRules {
  /** PUBLISH_READONLY: a MULTI_NODE_SINGLE_WRITER volume can be read-only at all nodes but one. */
  readonly publishReadonly: boolean;
}

export type AttachVerdict =
  | Allowed
  | Idempotent
  | Refusal<'ALREADY_EXISTS'>
  | Refusal<'FAILED_PRECONDITION'>
  | Refusal<'RESOURCE_EXHAUSTED'>;

/** Decides ControllerPublishVolume for a volume and a node that exist (spec: the same section). */
export function decideAttach(
  request: Attachment,
  facts: AttachFacts,
  rules: AttachRules,
): AttachVerdict {
  const same = facts.attachments.find(({ nodeId }) => nodeId === request.nodeId);
  if (same !== undefined) return decideSameNode(request, same);

  const limit = unsupported(facts.volume, request.capability);
  if (limit !== undefined) return refuse('FAILED_PRECONDITION', limit);

  const elsewhere = refuseOtherNode(request, facts.attachments, rules);
  if (elsewhere !== undefined) return elsewhere;

  if (facts.limit > 0 && facts.attachedToNode >= facts.limit) {
    return refuse(
      'RESOURCE_EXHAUSTED',
      `node ${request.nodeId} has ${facts.attachedToNode} volumes attached, its limit is ${facts.limit}`,
    );
  }
  return { answer: 'OK' };
}

function decideSameNode(
  request: Attachment,
  same: Attachment,
): Idempotent | Refusal<'ALREADY_EXISTS'> {
  const changed = [
    ...capabilityDifferences(same.capability, request.capability),
    ...difference('readonly', String(same.readonly), String(request.readonly)),
  ];
  return changed.length === 0
    ? { answer: 'OK (idempotent)' }
    : refuse(
        'ALREADY_EXISTS',
        `volume ${request.volumeId} is already published at node ${request.nodeId} ` +
          `with other arguments: ${changed.join(', ')}` +
          drainHint(same.capability.accessMode, request.capability.accessMode),
      );
}

function refuseOtherNode(
  request: Attachment,
  attachments: readonly Attachment[],
  rules: AttachRules,
): Refusal<'FAILED_PRECONDITION'> | undefined {
  const { accessMode } = request.capability;
  const because = (other: Attachment, rule: string) =>
    refuse(
      'FAILED_PRECONDITION',
      `volume ${request.volumeId} is published at node ${other.nodeId} as ` +
        `${other.capability.accessMode}${other.readonly ? ' (readonly)' : ''}; ${rule}`,
    );
  for (const other of attachments) {
    if (other.capability.accessMode !== accessMode) {
      return because(other, `asked for ${accessMode} at node ${request.nodeId}`);
    }
    if (!isMultiNode(accessMode)) {
      return because(other, 'this access mode allows one node at a time');
    }
    if (other.capability.accessType.kind !== request.capability.accessType.kind) {
      return because(other, `asked for access type ${request.capability.accessType.kind}`);
    }
    if (accessMode !== 'MULTI_NODE_SINGLE_WRITER') continue;
    if (!rules.publishReadonly) {
      return because(other, 'without PUBLISH_READONLY only one node can have it');
    }
    if (!other.readonly && !request.readonly) {
      return because(other, 'one node can write; publish with readonly at the others');
    }
  }
  return undefined;
}
