import { drainHint } from './access-mode.js';
import { capabilityDifferences, difference, fsType, type VolumeCapability } from './capability.js';
import { sameMap } from './equality.js';
import { attachBreach, stageBreach, type LifecycleRules, type NodeFacts } from './lifecycle.js';
import type { Publication, PublishArguments, Staging } from './node-volume.js';
import { cell } from './publish-table.js';
import { refuse, type Allowed, type Accepted, type Idempotent, type Refusal } from './verdict.js';
import { unsupported, type CapableVolume } from './volume.js';

export interface PublishRequest {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly arguments: PublishArguments;
}

export interface PublishRules extends LifecycleRules {
  /** Whether the node service advertises SINGLE_NODE_MULTI_WRITER: which table applies. */
  readonly singleNodeMultiWriter: boolean;
  /** `many` plays a driver of before v1.5, which publishes SINGLE_NODE_WRITER at many targets. */
  readonly singleNodeWriterTargets: 'one' | 'many';
}

interface PublishFacts extends NodeFacts {
  readonly publications: readonly Publication[];
}

type PublishVerdict =
  Accepted | Idempotent | Refusal<'ALREADY_EXISTS'> | Refusal<'FAILED_PRECONDITION'>;

/**
 * Decides NodePublishVolume (spec: "NodePublishVolume", both tables and the error table) for a volume
 * that exists. `facts.publications` are those whose mount is there.
 */
export function decidePublish(
  request: PublishRequest,
  facts: PublishFacts,
  rules: PublishRules,
): PublishVerdict {
  const { capability } = request.arguments;
  const same = facts.publications.find(({ targetPath }) => targetPath === request.targetPath);
  if (same !== undefined) return decideSameTarget(request, same, rules);

  const limit = unsupported(facts.volume, capability);
  if (limit !== undefined) return refuse('FAILED_PRECONDITION', limit);

  const breaches = [
    attachBreach(request.volumeId, facts, rules),
    stageBreach(request.volumeId, request.arguments, facts, rules),
  ].filter((breach) => breach !== undefined);
  const [breach] = breaches;
  if (breach !== undefined && rules.lifecycle === 'enforce') {
    return refuse('FAILED_PRECONDITION', breach);
  }
  return refuseOtherTarget(request, facts, rules) ?? { answer: 'OK', warnings: breaches };
}

/** Decides NodeUnpublishVolume: whatever shows the volume goes, but for its staging. */
export function decideUnpublish(
  { volumeId, targetPath }: Pick<PublishRequest, 'volumeId' | 'targetPath'>,
  staging: Staging | null,
): Allowed | Refusal<'FAILED_PRECONDITION'> {
  if (staging?.path !== targetPath) return { answer: 'OK' };
  return refuse(
    'FAILED_PRECONDITION',
    `volume ${volumeId} is staged at ${targetPath}, not published there: NodeUnstageVolume takes it away`,
  );
}

/** Columns T1=T2. */
function decideSameTarget(
  request: PublishRequest,
  existing: Publication,
  rules: PublishRules,
): Idempotent | Refusal<'ALREADY_EXISTS'> {
  const changed = differences(existing.arguments, request.arguments);
  const column = changed.length === 0 ? 'T1=T2, P1=P2' : 'T1=T2, P1!=P2';
  const mode = request.arguments.capability.accessMode;
  // Both columns are the same for every mode; the cell is read all the same, so that the table rules.
  if (cell(column, mode, rules.singleNodeMultiWriter) === 'OK (idempotent)') {
    return { answer: 'OK (idempotent)' };
  }
  const hint = drainHint(existing.arguments.capability.accessMode, mode);
  return refuse(
    'ALREADY_EXISTS',
    `volume ${request.volumeId} is already published at ${request.targetPath} with other arguments: ` +
      `${changed.join(', ')}${hint}`,
  );
}

/** Columns T1!=T2; undefined when the table or the lack of another publication allows it. */
function refuseOtherTarget(
  request: PublishRequest,
  { volume, publications }: PublishFacts,
  rules: PublishRules,
): Refusal<'FAILED_PRECONDITION'> | undefined {
  const { volumeId } = request;
  const { capability } = request.arguments;
  for (const other of publications) {
    const contradiction = contradicts(other.arguments.capability, capability);
    if (contradiction !== undefined) {
      return refuse(
        'FAILED_PRECONDITION',
        `volume ${volumeId} is published at ${other.targetPath} with another capability: ` +
          `${contradiction}; a volume is published with one capability at a time on a node`,
      );
    }
  }
  const blocking = publications.find((other) => {
    const unchanged = differences(other.arguments, request.arguments).length === 0;
    const column = unchanged ? 'T1!=T2, P1=P2' : 'T1!=T2, P1!=P2';
    return cell(column, capability.accessMode, rules.singleNodeMultiWriter) !== 'OK';
  });
  if (blocking === undefined || exempt(volume, capability, rules)) return undefined;
  return refuse(
    'FAILED_PRECONDITION',
    `volume ${volumeId} is already published at ${blocking.targetPath}; access mode ` +
      `${capability.accessMode} allows one target path on a node, asked for ${request.targetPath}`,
  );
}

/**
 * Whether `singleNodeWriterTargets` lets the volume have another target: not one that is for a single
 * writer, which would get around its mode by being published with SINGLE_NODE_WRITER.
 */
function exempt(volume: CapableVolume, capability: VolumeCapability, rules: PublishRules): boolean {
  return (
    rules.singleNodeWriterTargets === 'many' &&
    capability.accessMode === 'SINGLE_NODE_WRITER' &&
    unsupported(volume, { ...capability, accessMode: 'SINGLE_NODE_MULTI_WRITER' }) === undefined
  );
}

/** How the capability of a second call differs from that of an existing publication, if it does. */
function contradicts(there: VolumeCapability, asked: VolumeCapability): string | undefined {
  if (there.accessMode !== asked.accessMode) {
    return `access mode ${there.accessMode} there, ${asked.accessMode} asked`;
  }
  if (there.accessType.kind !== asked.accessType.kind) {
    return `access type ${there.accessType.kind} there, ${asked.accessType.kind} asked`;
  }
  const [fsThere, fsAsked] = [fsType(there.accessType), fsType(asked.accessType)];
  // An empty fs_type is an unspecified one (spec: "MountVolume"): it contradicts nothing.
  if (fsThere !== '' && fsAsked !== '' && fsThere !== fsAsked) {
    return `fs_type ${fsThere} there, ${fsAsked} asked`;
  }
  return undefined;
}

/** The arguments in P that differ, in words; values only of what can hold no secret. */
function differences(there: PublishArguments, asked: PublishArguments): string[] {
  return [
    ...capabilityDifferences(there.capability, asked.capability),
    ...difference('readonly', String(there.readonly), String(asked.readonly)),
    ...difference('staging_target_path', there.stagingTargetPath, asked.stagingTargetPath),
    ...(sameMap(there.publishContext, asked.publishContext) ? [] : ['publish_context']),
    ...(sameMap(there.volumeContext, asked.volumeContext) ? [] : ['volume_context']),
  ];
}
