import type { Content } from '../../host/content.js';
import type { AttachRequest, HeldLoopDevice, LoopDevices } from '../../host/loop-devices.js';
import { sameFile } from '../../host/file-identity.js';
import type { Mounter, Presence } from '../../host/mounter.js';
import type { VolumeData } from '../../host/volume-data.js';
import { contentOf } from './volume-content.js';

/** Says which device for block access is wanted. */
export interface DeviceWish {
  readonly volumeId: string;
  readonly content: Content;
  readonly readonly: boolean;
  /** Where the volume is mounted; a device that is to be seen there is used again. */
  readonly paths: readonly string[];
}

/**
 * The loop devices of the volumes that are images. Those of file systems go by themselves with the last
 * mount. Those for block access stay until they are released: a bind mount of a device's node does not
 * hold the device.
 */
export interface VolumeDevices {
  /** Whether the device's image is the volume's, or was until it was deleted. */
  isOf(volumeId: string, device: bigint): boolean;
  /** The volume's devices that mounts at these paths show, each once. */
  at(volumeId: string, paths: readonly string[]): bigint[];
  /** Holds a device; undefined when it is gone. */
  hold(device: bigint): HeldLoopDevice | undefined;
  /** How many bytes a device has. */
  bytes(device: bigint): bigint;
  /** Lets the devices have the size that the image has by now. */
  grow(devices: readonly bigint[]): void;
  /** A device for block access. Rejects with a LoopError. */
  forBlock(wish: DeviceWish): Promise<HeldLoopDevice>;
  /**
   * A device for a file system; one that writes to the image already, because two mounts of an image on
   * two devices would destroy it. It has the size that the image has by now. Throws a LoopError.
   */
  forFileSystem(content: Content): HeldLoopDevice;
  /** Lets the device read anew what it has read before. */
  readAnew(device: bigint): Promise<void>;
  /** Whether a file system on the device is mounted, also where this process does not see it. */
  isMounted(device: bigint): boolean;
  /** Flushes and detaches the volume's devices for block access that none of these paths shows. */
  release(volumeId: string, paths: readonly string[]): Promise<void>;
  /** Detaches what an earlier process left; `volumes`: where each volume is mounted. */
  sweep(volumes: ReadonlyMap<string, readonly string[]>): Promise<void>;
}

export function volumeDevices(
  mounter: Mounter,
  loops: LoopDevices,
  data: readonly VolumeData[],
): VolumeDevices {
  /** The devices for block access, by volume: what an unmount by hand would otherwise leave behind. */
  const attached = new Map<string, Set<bigint>>();

  function isBehind(volumeId: string, device: bigint): boolean {
    const backing = loops.behind(device);
    if (backing === undefined) return false;
    const content = contentOf(data, volumeId);
    if (content !== undefined && sameFile(backing.identity, content.identity)) return true;
    const root = loops.imagePath(device);
    if (root === undefined) return false;
    const image = { device: backing.identity.device, root };
    return data.some((each) => each.isContentOf(volumeId, image));
  }

  /** One that is in use already, because two would not know of each other's writes. */
  function existing({ volumeId, readonly, paths }: DeviceWish): HeldLoopDevice | undefined {
    const found = devices
      .at(volumeId, paths)
      .find((device) => loops.behind(device)?.readonly === readonly);
    return found === undefined ? undefined : loops.hold(found);
  }

  function remember(volumeId: string, device: bigint): void {
    attached.set(volumeId, (attached.get(volumeId) ?? new Set()).add(device));
  }

  const devices: VolumeDevices = {
    isOf: isBehind,

    at(volumeId, paths) {
      const found = paths
        .map((path) => mounter.look(path))
        .flatMap((presence) => (presence.kind === 'absent' ? [] : [deviceOf(presence)]));
      return [...new Set(found)].filter((device) => isBehind(volumeId, device));
    },

    hold: (device) => loops.hold(device),
    bytes: (device) => loops.bytes(device),

    grow(grown) {
      for (const device of grown) loops.takeOverSize(device);
    },

    async forBlock(wish) {
      const found = existing(wish);
      if (found !== undefined) return found;
      // Those whose mounts were removed by hand.
      await devices.release(wish.volumeId, wish.paths);
      const { content, readonly } = wish;
      const device = loops.attach({ ...imageOf(content), readonly, autoclear: false });
      remember(wish.volumeId, device.number);
      return device;
    },

    forFileSystem(content) {
      const found = loops.holdWriting(content.identity);
      if (found === undefined) {
        return loops.attach({ ...imageOf(content), readonly: false, autoclear: true });
      }
      try {
        // It has outlived its mount, as while udev looks into it: the image may have grown meanwhile.
        loops.takeOverSize(found.number);
      } catch (error) {
        found[Symbol.dispose]();
        throw error;
      }
      return found;
    },

    readAnew: (device) => loops.readAnew(device),
    isMounted: (device) => loops.isMounted(device),

    async release(volumeId, paths) {
      const own = attached.get(volumeId);
      if (own === undefined) return;
      const needed = devices.at(volumeId, paths);
      for (const device of own) {
        if (needed.includes(device)) continue;
        // By now it may be somebody else's.
        if (isBehind(volumeId, device)) await loops.detach(device);
        own.delete(device);
      }
      if (own.size === 0) attached.delete(volumeId);
    },

    async sweep(volumes) {
      const needed = new Set<bigint>();
      for (const [volumeId, paths] of volumes) {
        for (const device of devices.at(volumeId, paths)) {
          needed.add(device);
          if (loops.behind(device)?.autoclear === false) remember(volumeId, device);
        }
      }
      for (const { number } of loops.own()) {
        if (!needed.has(number)) await loops.detach(number);
      }
    },
  };
  return devices;
}

function imageOf({ path, identity }: Content): Pick<AttachRequest, 'image' | 'identity'> {
  return { image: path, identity };
}

/** The device that something is the node of, or lies on. */
export function deviceOf(presence: Exclude<Presence, { kind: 'absent' }>): bigint {
  return presence.blockDevice ?? presence.identity.device;
}
