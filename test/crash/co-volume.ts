import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../../src/csi/client.js';
import { StatusError } from '../../src/csi/status.js';
import type { AccessMode } from '../../src/model/access-mode.js';
import type { Format } from '../../src/model/format.js';
import { capabilityOf, creationOf, IMAGE_BYTES } from '../integration/test-volume.js';
import { writeMark } from './mark.js';

/** A call that changes something. */
export type Change =
  | { readonly kind: 'create' | 'delete' | 'attach' | 'detach' | 'stage' | 'unstage' }
  | { readonly kind: 'publish' | 'unpublish'; readonly target: string }
  /** `bytes`: the size afterwards. */
  | { readonly kind: 'expand'; readonly bytes: bigint };

/** What a CO knows of one volume of its own: what was acknowledged, and what was asked for besides. */
export interface CoVolume {
  readonly name: string;
  readonly mode: AccessMode;
  readonly format: Format;
  /** Whether the mode allows only one target. */
  readonly isSingle: boolean;
  readonly stagingPath: string;
  /** Where it is mounted when it is staged. */
  readonly stagingMount: string;
  /** The directory of the targets. */
  readonly targetsDirectory: string;
  readonly targets: readonly string[];

  /** What was acknowledged. There is an id while the volume exists. */
  readonly id: string | undefined;
  readonly bytes: bigint;
  readonly attached: boolean;
  readonly staged: boolean;
  readonly published: ReadonlySet<string>;
  /**
   * Whether there is a file `mark` in the volume, which holds the id, and survives power loss; on a block
   * device the id stands at its begin.
   */
  readonly marked: 'yes' | 'no' | 'perhaps';

  /** The calls that nobody answered. */
  readonly pending: ReadonlySet<Change>;
  /** Makes a call, which is pending until it is answered. Rejects as the call does. */
  send(client: Client, change: Change): Promise<void>;
  /** The mounts are gone, as after a boot: they are to be made again before anything else. */
  forgetMounts(): void;
  /** Publishes at a target of which no note is taken. */
  publishAt(client: Client, target: string): Promise<unknown>;
  /** Makes the calls again for all that was acknowledged; resolves with the id. */
  repeatAll(client: Client): Promise<string | undefined>;
}

/** The node of all tests. */
export const NODE = 'node-1';

/** The size in bytes that directory volumes are created with. */
export const FIRST_BYTES = 2n ** 20n;

/** `parent`: an existing directory for the paths of the volume. */
export function coVolume(
  parent: string,
  name: string,
  mode: AccessMode,
  format: Format = 'directory',
): CoVolume {
  const stagingPath = join(parent, name, 'staging');
  const targetsDirectory = join(parent, name, 'targets');
  mkdirSync(targetsDirectory, { recursive: true });
  const stagingMount = format === 'raw' ? join(stagingPath, 'device') : stagingPath;
  const volume_capability = capabilityOf(format, mode);
  const firstBytes = format === 'directory' ? FIRST_BYTES : BigInt(IMAGE_BYTES[format]);

  let id: string | undefined;
  let bytes = 0n;
  let publish_context: Record<string, string> = {};
  let attached = false;
  let staged = false;
  let marked: CoVolume['marked'] = 'no';
  const published = new Set<string>();
  const pending = new Set<Change>();

  const calls = ({ controller, node }: Client) => {
    const common = { volume_id: id ?? '', volume_capability };
    const staging = { ...common, staging_target_path: stagingPath };
    return {
      create: () =>
        controller.CreateVolume({
          name,
          ...creationOf(format, [mode]),
          capacity_range: { required_bytes: String(firstBytes) },
        }),
      delete: () => controller.DeleteVolume(common),
      expand: (required_bytes: bigint) =>
        controller.ControllerExpandVolume({
          ...common,
          capacity_range: { required_bytes: String(required_bytes) },
        }),
      attach: () => controller.ControllerPublishVolume({ ...common, node_id: NODE }),
      detach: () => controller.ControllerUnpublishVolume({ ...common, node_id: NODE }),
      stage: () => node.NodeStageVolume({ ...staging, publish_context }),
      unstage: () => node.NodeUnstageVolume(staging),
      publish: (target_path: string) =>
        node.NodePublishVolume({ ...staging, publish_context, target_path }),
      unpublish: (target_path: string) => node.NodeUnpublishVolume({ ...common, target_path }),
    };
  };

  /** Makes a call and takes note of what is so once it is acknowledged. */
  async function ask(client: Client, change: Change): Promise<void> {
    const call = calls(client);
    switch (change.kind) {
      case 'create':
        id = (await call.create()).volume?.volume_id;
        bytes = firstBytes;
        return;
      case 'delete':
        await call.delete();
        id = undefined;
        marked = 'no';
        return;
      case 'expand':
        await call.expand(change.bytes);
        bytes = change.bytes;
        return;
      case 'attach':
        ({ publish_context } = await call.attach());
        attached = true;
        return;
      case 'detach':
        await call.detach();
        attached = false;
        return;
      case 'stage':
        mkdirSync(stagingPath, { recursive: true });
        await call.stage();
        staged = true;
        if (marked === 'yes') return;
        marked = 'perhaps';
        writeMark(format, stagingMount, id ?? '');
        marked = 'yes';
        return;
      case 'unstage':
        await call.unstage();
        staged = false;
        // Made by the CO, removed by the CO.
        rmdirSync(stagingPath);
        return;
      case 'publish':
        await call.publish(change.target);
        published.add(change.target);
        return;
      case 'unpublish':
        await call.unpublish(change.target);
        published.delete(change.target);
    }
  }

  const volume: CoVolume = {
    name,
    mode,
    format,
    isSingle: mode === 'SINGLE_NODE_SINGLE_WRITER' || mode === 'SINGLE_NODE_WRITER',
    stagingPath,
    stagingMount,
    targetsDirectory,
    targets: ['a', 'b', 'c'].map((each) => join(targetsDirectory, each)),
    get id() {
      return id;
    },
    get bytes() {
      return bytes;
    },
    get attached() {
      return attached;
    },
    get staged() {
      return staged;
    },
    published,
    get marked() {
      return marked;
    },
    pending,

    async send(client, change) {
      pending.add(change);
      try {
        await ask(client, change);
      } catch (error) {
        if (!(change.kind === 'publish' && lostTheRace(error))) throw error;
      }
      pending.delete(change);
    },

    forgetMounts() {
      const unanswered = [...pending];
      pending.clear();
      if (staged) pending.add({ kind: 'stage' });
      for (const target of published) pending.add({ kind: 'publish', target });
      for (const change of unanswered) pending.add(change);
      staged = false;
      published.clear();
    },

    publishAt: (client, target) => calls(client).publish(target),

    async repeatAll(client) {
      if (id === undefined) return undefined;
      const call = calls(client);
      const { volume: again } = await call.create();
      if (attached) await call.attach();
      if (staged) await call.stage();
      for (const target of published) await call.publish(target);
      return again?.volume_id;
    },
  };
  return volume;

  /** Whether another target has, or may have, the volume that only one may have. */
  function lostTheRace(error: unknown): boolean {
    const others = published.size > 0 || pending.size > 1;
    return (
      volume.isSingle &&
      others &&
      error instanceof StatusError &&
      error.code === 'FAILED_PRECONDITION'
    );
  }
}
