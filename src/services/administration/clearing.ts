import { StatusError } from '../../csi/status.js';
import type { NodeVolume } from '../../model/node-volume.js';
import { decideUnstage } from '../../model/stage.js';
import type { Store } from '../../store/store.js';
import type { ControllerDeps } from '../controller/deps.js';
import { detach } from '../controller/detaching.js';
import type { NodeDeps } from '../node/deps.js';
import { mountPaths, recordedPaths, stagingMount } from '../node/records.js';
import { raise } from '../outcome.js';

/** What became of something that was cleared. Made of JSON alone. */
export interface Cleared {
  readonly what: 'publication' | 'staging' | 'attachment';
  readonly volume: string;
  readonly node: string;
  /** Where it was; empty for an attachment. */
  readonly path: string;
  /** Whether a mount of the volume was removed. */
  readonly unmounted: boolean;
  /** What should be known beside: something that was left alone, or a node that still has the volume. */
  readonly notes: readonly string[];
}

/**
 * Takes away by hand what is stuck, under the same locks and rules as the RPCs. What is mounted at a
 * path but shows no volume of that id is never touched.
 */
export interface Clearing {
  /**
   * Forgets that a volume is published or staged at a path, and unmounts it there. NOT_FOUND where
   * neither is so; FAILED_PRECONDITION while a staged volume is published, or a mount is in use.
   */
  mount(volumeId: string, path: string, signal: AbortSignal): Promise<Cleared>;
  /** Forgets that a volume is attached to a node. NOT_FOUND where it is not. */
  attachment(volumeId: string, nodeId: string, signal: AbortSignal): Promise<Cleared>;
}

export interface ClearingDeps extends Pick<ControllerDeps, 'store' | 'locks' | 'uses'> {
  /** Those that this process serves. */
  readonly nodes: readonly NodeDeps[];
}

export function clearing({ store, locks, uses, nodes }: ClearingDeps): Clearing {
  return {
    mount(volumeId, path, signal) {
      return locks.run(volumeId, signal, async () => {
        const node = nodes.find((each) => isRecordedAt(each, store, volumeId, path)) ?? nodes[0];
        const cleared = node && (await clearMount(node, store, volumeId, path));
        if (cleared !== undefined) return cleared;
        throw new StatusError(
          'NOT_FOUND',
          `volume ${volumeId} is neither published nor staged at ${path} on a node of this process`,
        );
      });
    },

    attachment(volumeId, nodeId, signal) {
      return locks.run(volumeId, signal, async () => {
        const attachment = store.attachments(volumeId).find((each) => each.nodeId === nodeId);
        if (attachment === undefined) {
          throw new StatusError(
            'NOT_FOUND',
            `volume ${volumeId} is not attached to node ${nodeId}`,
          );
        }
        const notes: string[] = [];
        await detach({ store, uses }, attachment, (note) => notes.push(note));
        return {
          what: 'attachment',
          volume: volumeId,
          node: nodeId,
          path: '',
          unmounted: false,
          notes,
        };
      });
    },
  };
}

function isRecordedAt(
  { node, mounts }: NodeDeps,
  store: Store,
  volumeId: string,
  path: string,
): boolean {
  const record = store.nodeVolume(node.nodeId, volumeId);
  return record !== undefined && mounts.sameAs(path, recordedPaths(record)) !== undefined;
}

/** Undefined where the node has nothing of the volume at the path. */
async function clearMount(
  { node, records, mounts, inline, rules }: NodeDeps,
  store: Store,
  volumeId: string,
  asked: string,
): Promise<Cleared | undefined> {
  const recorded: Pick<NodeVolume, 'staging' | 'publications'> = store.nodeVolume(
    node.nodeId,
    volumeId,
  ) ?? { staging: null, publications: [] };
  const living = records.read(volumeId);
  const path = mounts.sameAs(asked, recordedPaths(recorded)) ?? asked;
  const staging = recorded.staging?.path === path ? recorded.staging : null;
  const isStaging = staging !== null;
  const notes: string[] = [];
  if (isStaging) {
    const verdict = decideUnstage({ volumeId, path }, living, rules);
    if (verdict.answer !== 'OK') raise(verdict);
    notes.push(...verdict.warnings);
  }
  const left = {
    staging: isStaging ? null : living.staging,
    publications: living.publications.filter(({ targetPath }) => targetPath !== path),
  };
  const mountPath = staging === null ? path : stagingMount(staging);
  const unmounted = await mounts.remove(volumeId, mountPath, mountPaths(left));
  if (!unmounted && !recordedPaths(recorded).includes(path)) return undefined;
  await records.write(volumeId, left);
  await inline.removeUnused(volumeId, { warn: (message) => notes.push(message) });
  return {
    what: isStaging ? 'staging' : 'publication',
    volume: volumeId,
    node: node.nodeId,
    path,
    unmounted,
    notes: isStaging && mountPath === path ? notes : [...notes, ...leftAt(mountPath, mounts)],
  };
}

/** Removes what a publication leaves at its path; what is there instead is left alone. */
function leftAt(path: string, mounts: NodeDeps['mounts']): string[] {
  try {
    mounts.clear(path);
    return [];
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return [`left alone: ${error.message}`];
  }
}
