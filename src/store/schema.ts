import { ACCESS_MODES } from '../model/access-mode.js';
import type { Attachment } from '../model/attachment.js';
import type { AccessType, VolumeCapability } from '../model/capability.js';
import type { NodeVolume, Publication, PublishArguments, Staging } from '../model/node-volume.js';
import type { Volume } from '../model/volume.js';
import { bytes, count, flag, list, nullable, object, oneOf, text, textMap } from './shape.js';
import type { Shape } from './shape.js';

type Access<Kind> = Extract<AccessType, { readonly kind: Kind }>;

const blockAccess = object<Access<'block'>>({ kind: oneOf(['block']) });

const mountAccess = object<Access<'mount'>>({
  kind: oneOf(['mount']),
  fsType: text,
  mountFlags: list(text),
  volumeMountGroup: text,
});

const accessType: Shape<AccessType> = {
  toJson: (access) =>
    access.kind === 'block' ? blockAccess.toJson(access) : mountAccess.toJson(access),
  fromJson: (json, at) => (isBlock(json) ? blockAccess : mountAccess).fromJson(json, at),
};

function isBlock(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'block';
}

const capability = object<VolumeCapability>({ accessMode: oneOf(ACCESS_MODES), accessType });

export const volumeShape = object<Volume>({
  id: text,
  name: text,
  capacityBytes: bytes,
  capabilities: list(capability),
  parameters: textMap,
  kind: text,
  accessibleTopology: list(textMap),
});

const attachment = object<Attachment>({
  volumeId: text,
  nodeId: text,
  capability,
  readonly: flag,
});

const staging = object<Staging>({ path: text, capability });

const publication = object<Publication>({
  targetPath: text,
  arguments: object<PublishArguments>({
    capability,
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
 * What all records of the controller come to. Every batch of theirs carries it, because LevelDB drops
 * damaged parts of its log without a word: then the records no longer come to this.
 */
export interface Totals {
  readonly volumes: number;
  readonly attachments: number;
  readonly promisedBytes: bigint;
}

export const totalsShape = object<Totals>({
  volumes: count,
  attachments: count,
  promisedBytes: bytes,
});
