import type { Content } from '../../host/content.js';
import type { VolumeData } from '../../host/volume-data.js';

/** What workloads see of a volume, wherever it is kept; undefined when it is gone. */
export function contentOf(data: readonly VolumeData[], volumeId: string): Content | undefined {
  for (const each of data) {
    const content = each.content(volumeId);
    if (content !== undefined) return content;
  }
  return undefined;
}
