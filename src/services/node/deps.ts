import type { Content } from '../../host/content.js';
import type { Usage } from '../../host/directory-usage.js';
import type { Attached } from '../../model/attachment.js';
import type { StringMap } from '../../model/equality.js';
import type { NodeInfo } from '../../model/node-info.js';
import type { PublishRules } from '../../model/publish.js';
import type { NodeCapability } from '../../model/service-capability.js';
import type { Volume } from '../../model/volume.js';
import type { Expansion } from '../expansion.js';
import type { InlineVolumes } from './inline-volumes.js';
import type { NodeRecords } from './records.js';
import type { SourceHolds } from '../source-holds.js';
import type { VolumeLocks } from '../volume-locks.js';
import type { VolumeDevices } from './volume-devices.js';
import type { VolumeMounts } from './volume-mounts.js';

/** What the Node service works with. */
export interface NodeDeps {
  /** This node, as NodeGetInfo tells of it. */
  readonly node: NodeInfo;
  /** What is advertised. */
  readonly capabilities: ReadonlySet<NodeCapability>;
  readonly rules: PublishRules;
  readonly locks: VolumeLocks;
  /** Of who copies volumes in this process. */
  readonly holds: SourceHolds;
  readonly records: NodeRecords;
  readonly mounts: VolumeMounts;
  readonly devices: VolumeDevices;
  /** The volume that the id names: from the store, or from its descriptor in a shared pool. */
  volume(volumeId: string): Volume | undefined;
  /** Volumes of single pods, which no controller knows. */
  readonly inline: InlineVolumes;
  /** Whether the kernel labels files: labels among mount flags have an effect. */
  readonly selinux: boolean;
  /** The volume's data; undefined when it is gone. */
  content(volumeId: string): Content | undefined;
  /** Why the volume is to be reported as abnormal; undefined while nothing says so. */
  abnormal(volumeId: string): string | undefined;
  /** The other nodes that have the volume staged or published, as far as this one can see. */
  otherNodes(volumeId: string): readonly string[];
  /** What the volume's data takes; may be some seconds old. */
  usage(volumeId: string): Promise<Usage>;
  /** From the store, or from the context that ControllerPublishVolume answered. */
  attached(volumeId: string, publishContext: StringMap): Attached | undefined;
  /** Grows volumes where the Controller service does not; undefined where it does. */
  readonly expansion: Expansion | undefined;
}
