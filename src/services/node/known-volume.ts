import { RecordError } from '../../record/envelope.js';
import type { Volume } from '../../model/volume.js';
import type { NodeDeps } from './deps.js';

/** The volume that the id names, as far as that can be told: a descriptor may be damaged. */
export function knownVolume({ volume }: Pick<NodeDeps, 'volume'>, id: string): Volume | undefined {
  try {
    return volume(id);
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}

/**
 * Whether there is such a volume, readable or not: what takes a volume away goes by the path, and is not
 * to fail for what it does not need.
 */
export function isKnown({ volume }: Pick<NodeDeps, 'volume'>, id: string): boolean {
  try {
    return volume(id) !== undefined;
  } catch (error) {
    if (error instanceof RecordError) return true;
    throw error;
  }
}
