import { FORMATS } from '../model/format.js';
import type { Snapshot } from '../model/snapshot.js';
import { bytes, count, list, object, oneOf, text, textMap } from './shape.js';

export const snapshotShape = object<Snapshot>({
  id: text,
  name: text,
  sourceVolumeId: text,
  sizeBytes: bytes,
  createdAt: count,
  format: oneOf(FORMATS),
  accessibleTopology: list(textMap),
});
