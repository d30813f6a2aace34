import type { Totals } from './store.js';
import type { Attachment } from '../model/attachment.js';
import type { NodeVolume, Publication, PublishArguments, Staging } from '../model/node-volume.js';
import {
  bytes,
  count,
  flag,
  list,
  nullable,
  object,
  since,
  text,
  textMap,
} from '../record/shape.js';
import { capabilityShape } from '../record/volume.js';

const attachment = object<Attachment>({
  volumeId: text,
  nodeId: text,
  capability: capabilityShape,
  readonly: flag,
});

const staging = object<Staging>({
  path: text,
  capability: capabilityShape,
  readonly: since(false, flag),
});

const publication = object<Publication>({
  targetPath: text,
  arguments: object<PublishArguments>({
    capability: capabilityShape,
    readonly: flag,
    stagingTargetPath: text,
    publishContext: textMap,
    volumeContext: textMap,
  }),
});

const nodeVolume = object<NodeVolume>({
  nodeId: text,
  volumeId: text,
  bootId: text,
  staging: nullable(staging),
  publications: list(publication),
});

/** The attachments of one volume, in the order in which they were made. */
export const attachmentsShape = list(attachment);

/** What every node of this store did with one volume. */
export const nodeVolumesShape = list(nodeVolume);

/** Which store this is. Written once. */
export interface Identity {
  readonly id: string;
}

export const identityShape = object<Identity>({ id: text });

/**
 * Every batch of the controller carries the totals, because LevelDB drops damaged parts of its log without
 * a word: then the records no longer come to them.
 */
export const totalsShape = object<Totals>({
  volumes: count,
  attachments: count,
  snapshots: since(0, count),
  promisedBytes: bytes,
});
