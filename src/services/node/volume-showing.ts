import { StatusError } from '../../csi/status.js';
import type { Content } from '../../host/content.js';
import { flushPaths } from '../../host/durable-file.js';
import {
  growMounted,
  growUnmounted,
  isSmallerThan,
  MOUNT_OPTIONS,
} from '../../host/file-system.js';
import type { FileIdentity } from '../../host/file-identity.js';
import type { Mounter } from '../../host/mounter.js';
import { SyscallError } from '../../host/syscall-error.js';
import type { FileSystemFormat, Format } from '../../model/format.js';
import type { MountAttribute } from '../../model/mount-flags.js';
import type { VolumeDevices } from './volume-devices.js';

/** How a volume is to be shown at a path. */
export interface Showing {
  readonly volumeId: string;
  readonly format: Format;
  /** The mount that it is to be taken from, where it is staged; undefined: from its data. */
  readonly source: string | undefined;
  readonly path: string;
  /** Where the volume is mounted besides. */
  readonly others: readonly string[];
  readonly createPath: boolean;
  readonly attributes: readonly MountAttribute[];
  /** Whether nothing may be written to a file system of the volume's own through any mount. */
  readonly unwritable: boolean;
  /** Options for a file system of the volume's own. */
  readonly options: readonly string[];
}

/** Makes the mounts of a volume, by its format. Throws what the host refuses. */
export type Show = (showing: Showing, content: Content) => void | Promise<void>;

export function volumeShowing(mounter: Mounter, devices: VolumeDevices): Show {
  /** `identity`: of what is to be shown; without one, whatever stands there. */
  function bind(
    { path, createPath, attributes }: Showing,
    source: string,
    identity?: FileIdentity,
  ): void {
    mounter.bind({ source, identity, target: path, createTarget: createPath, attributes });
  }

  /**
   * A read-only bind of a device's node would not keep anybody from writing to the device: what is
   * read-only is a device of its own.
   */
  async function showDevice(showing: Showing, content: Content): Promise<void> {
    const { volumeId, attributes, others } = showing;
    const readonly = attributes.includes('ro');
    await flushed(content);
    try {
      using device = await devices.forBlock({ volumeId, content, readonly, paths: others });
      // Others have read it before, and what they read may have been written to since.
      if (readonly) await devices.readAnew(device.number);
      bind(showing, device.path);
    } catch (error) {
      await devices.release(volumeId, others);
      throw error;
    }
  }

  async function showFileSystem(
    format: FileSystemFormat,
    showing: Showing,
    content: Content,
  ): Promise<void> {
    const { volumeId, path, unwritable, attributes } = showing;
    await flushed(content);
    using device = devices.forFileSystem(content);
    const grows = !unwritable && isSmallerThan(devices.bytes(device.number), format, device.path);
    // One that is mounted elsewhere, as after a lazy unmount, is left to NodeExpandVolume.
    if (grows && format === 'ext4' && !devices.isMounted(device.number)) {
      await growUnmounted(device.path);
    }
    const options = [...MOUNT_OPTIONS[format], ...showing.options];
    try {
      await mounter.open({
        fileSystem: { type: format, device: device.path, readonly: unwritable, options },
        target: path,
        createTarget: showing.createPath,
        attributes,
      });
    } catch (error) {
      throw notOpened(volumeId, format, error) ?? error;
    }
    if (!grows || format !== 'xfs') return;
    try {
      await growMounted(format, { device: device.path, path });
    } catch (error) {
      await mounter.close(path);
      throw error;
    }
  }

  return (showing, content) => {
    const { format, source } = showing;
    switch (format) {
      case 'directory':
        return bind(showing, source ?? content.path, content.identity);
      case 'raw':
        return showDevice(showing, content);
      case 'ext4':
      case 'xfs':
        return source === undefined
          ? showFileSystem(format, showing, content)
          : bind(showing, source);
    }
  };
}

/** To be awaited before an image is attached, which would flush it as well, but on this thread. */
function flushed({ path }: Content): Promise<void> {
  return flushPaths([path], 'always');
}

/** What the kernel's refusal to open a file system means; undefined for anything else. */
function notOpened(volumeId: string, format: string, error: unknown): StatusError | undefined {
  if (!(error instanceof SyscallError)) return undefined;
  if (error.code === 'ENODEV') {
    const message = `the kernel of this node cannot mount ${format} file systems`;
    return new StatusError('FAILED_PRECONDITION', message, { cause: error });
  }
  const message = `the file system of volume ${volumeId} cannot be mounted: ${error.message}`;
  return new StatusError('INTERNAL', message, { cause: error });
}
