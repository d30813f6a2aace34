import { findData } from '../../host/data-finding.js';
import type { Pool } from '../../host/pool.js';
import {
  decideCondition,
  type DataFinding,
  type VolumeCondition,
} from '../../model/volume-condition.js';
import type { Volume } from '../../model/volume.js';
import type { Simulations } from '../simulations.js';

/** The conditions of volumes as a controller sees them: by their data, wherever they are mounted. */
export interface VolumeConditions {
  /** Costs two or three system calls. */
  of(volume: Volume): VolumeCondition;
}

export function volumeConditions(
  volumes: Pick<Pool['volumes'], 'content' | 'isOutOfSight'>,
  simulations: Pick<Simulations, 'abnormal'>,
): VolumeConditions {
  function dataOf(id: string): DataFinding {
    const content = () => volumes.content(id);
    const first = findData(content);
    if (first.found !== 'nothing') return first;
    if (volumes.isOutOfSight(id)) return { found: 'on its way' };
    // It may have come into sight in between.
    return findData(content);
  }

  return {
    of: (volume) =>
      decideCondition(volume, {
        simulated: simulations.abnormal(volume.id),
        data: dataOf(volume.id),
        mount: null,
      }),
  };
}
