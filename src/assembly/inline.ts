import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openInlineData, type InlineData } from '../host/inline-data.js';
import type { UseMarks } from '../host/use-marks.js';
import { isVolumeId } from '../model/volume.js';
import type { Options } from '../options.js';
import type { Foundation } from './foundation.js';

/** Where the inline volumes of all nodes are. */
export function inlineDirectory({ stateDir }: Options): string {
  return join(stateDir, 'inline');
}

/** The data of a node's inline volumes: in the state directory, by the node's id. */
export function inlineDataOf(options: Options, nodeId: string): InlineData {
  return openInlineData(join(inlineDirectory(options), nodeId));
}

/** The nodes that this state directory has had inline volumes of. */
export function inlineNodeIds(options: Options): string[] {
  return readdirSync(inlineDirectory(options));
}

/** Removes the inline volumes that are not in use; those that are large while calls are served. */
export async function sweepInline(
  data: InlineData,
  inUse: readonly string[],
  foundation: Behind,
): Promise<void> {
  removeEach(await data.sweep(inUse), (name) => data.discard(name), foundation);
}

/** Removes the inline volumes of nodes that are served no longer, but for what is mounted all the same. */
export function sweepOtherNodes(foundation: Behind): void {
  const { options } = foundation;
  const remove = async (nodeId: string, hasEnded: () => boolean): Promise<void> => {
    const data = inlineDataOf(options, nodeId);
    for (const name of await data.sweep([])) {
      if (!hasEnded()) await data.discard(name);
    }
    if (!hasEnded()) data.end();
  };
  const others = inlineNodeIds(options).filter((nodeId) => !options.nodeIds.includes(nodeId));
  removeEach(others, remove, foundation);
}

type Behind = Pick<Foundation, 'options' | 'log' | 'background'>;

function removeEach(
  names: readonly string[],
  remove: (name: string, hasEnded: () => boolean) => Promise<void>,
  { background, log }: Behind,
): void {
  background.each(names, remove, (name, err) =>
    log.warn({ name, err }, 'what is left of an inline volume could not be removed'),
  );
}

/** The marks of a pool but for inline volumes, which are not in it. */
export function marksOfPool(marks: UseMarks, inline: InlineData): UseMarks {
  // Not by the descriptor, which may be damaged: it was never flushed. Ids of the pool are file names.
  const isInline = (volumeId: string) =>
    !isVolumeId(volumeId) || inline.content(volumeId) !== undefined;
  return {
    ...marks,
    set(volumeId, nodeId) {
      if (!isInline(volumeId)) marks.set(volumeId, nodeId);
    },
    clear(volumeId, nodeId) {
      if (!isInline(volumeId)) marks.clear(volumeId, nodeId);
    },
  };
}
