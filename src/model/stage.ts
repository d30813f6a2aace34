import { drainHint } from './access-mode.js';
import { difference, differencesButGroup, type VolumeCapability } from './capability.js';
import { enumerate } from './enumeration.js';
import { attachBreach, type LifecycleRules, type NodeFacts } from './lifecycle.js';
import type { NodeVolume } from './node-volume.js';
import { refuse, type Accepted, type Idempotent, type Refusal } from './verdict.js';
import { unsupported } from './volume.js';

export interface StageRequest {
  readonly volumeId: string;
  readonly path: string;
  readonly capability: VolumeCapability;
}

type StageVerdict =
  Accepted | Idempotent | Refusal<'ALREADY_EXISTS'> | Refusal<'FAILED_PRECONDITION'>;

/** `attachedReadonly`: as it is controller-published now; undefined: it is not. */
interface StageFacts extends NodeFacts {
  readonly attachedReadonly: boolean | undefined;
}

/** Decides NodeStageVolume for a volume that exists (spec: "NodeStageVolume"). */
export function decideStage(
  request: StageRequest,
  facts: StageFacts,
  rules: LifecycleRules,
): StageVerdict {
  const { volumeId, path, capability } = request;
  const { staging } = facts;
  if (staging?.path === path) {
    const { attachedReadonly = staging.readonly } = facts;
    const changed = [
      ...differencesButGroup(staging.capability, capability),
      ...difference(
        'controller-published readonly',
        String(staging.readonly),
        String(attachedReadonly),
      ),
    ];
    if (changed.length === 0) return { answer: 'OK (idempotent)' };
    const hint = drainHint(staging.capability.accessMode, capability.accessMode);
    return refuse(
      'ALREADY_EXISTS',
      `volume ${volumeId} is already staged at ${path} with other arguments: ` +
        `${changed.join(', ')}${hint}`,
    );
  }
  const limit = unsupported(facts.volume, capability);
  if (limit !== undefined) return refuse('FAILED_PRECONDITION', limit);

  const breach = attachBreach(volumeId, facts, rules);
  if (breach !== undefined && rules.lifecycle === 'enforce') {
    return refuse('FAILED_PRECONDITION', breach);
  }
  if (staging !== null) {
    return refuse(
      'FAILED_PRECONDITION',
      `volume ${volumeId} is already staged at ${staging.path}; a volume has one ` +
        `staging_target_path on a node, asked for ${path}`,
    );
  }
  return { answer: 'OK', warnings: breach === undefined ? [] : [breach] };
}

/**
 * Decides NodeUnstageVolume: not while the volume is published (spec: "Reference Counting"), and never
 * at a target path. Where the volume is not staged, there is nothing to refuse.
 */
export function decideUnstage(
  { volumeId, path }: Pick<StageRequest, 'volumeId' | 'path'>,
  { staging, publications }: Pick<NodeVolume, 'staging' | 'publications'>,
  rules: LifecycleRules,
): Accepted | Refusal<'FAILED_PRECONDITION'> {
  const targetPaths = publications.map(({ targetPath }) => targetPath);
  if (targetPaths.includes(path)) {
    return refuse(
      'FAILED_PRECONDITION',
      `volume ${volumeId} is published at ${path}, not staged there: NodeUnpublishVolume takes it away`,
    );
  }
  if (staging?.path !== path || publications.length === 0) return { answer: 'OK', warnings: [] };
  const targets = enumerate(targetPaths);
  const breach = `volume ${volumeId} is still published at ${targets}: NodeUnpublishVolume comes first`;
  return rules.lifecycle === 'enforce'
    ? refuse('FAILED_PRECONDITION', breach)
    : { answer: 'OK', warnings: [breach] };
}
