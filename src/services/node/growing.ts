import type { Call } from '../../csi/handler.js';
import { StatusError } from '../../csi/status.js';
import { growMounted } from '../../host/file-system.js';
import { ToolError } from '../../host/tool.js';
import { isReaderOnly } from '../../model/access-mode.js';
import { isFileSystem, type FileSystemFormat } from '../../model/format.js';
import type { Volume } from '../../model/volume.js';
import { hostRefusal } from '../host-refusal.js';
import type { NodeDeps } from './deps.js';
import { mountPaths, type LivingRecord } from './records.js';

/**
 * Lets what workloads on this node see of a volume have the size of its image: devices, and the file
 * system on one. Nothing is left to do where they have it. FAILED_PRECONDITION for a file system that
 * grows only while it is not in use (spec: "NodeExpandVolume Errors").
 */
export async function growOnNode(
  { devices }: NodeDeps,
  volume: Volume,
  living: LivingRecord,
  call: Pick<Call, 'warn'>,
): Promise<void> {
  const { id, format } = volume;
  if (format === 'directory') return;
  const paths = mountPaths(living);
  const found = devices.at(id, paths);
  devices.grow(found);
  const [number] = found;
  if (!isFileSystem(format) || number === undefined) return;
  const { staging, publications } = living;
  const capability = staging?.capability ?? publications[0]?.arguments.capability;
  if (capability !== undefined && isReaderOnly(capability.accessMode)) {
    call.warn(`the file system of volume ${id} is read-only here: it grows when it is staged next`);
    return;
  }
  using device = devices.hold(number);
  const [path] = paths;
  if (device === undefined || path === undefined) return;
  await growFileSystem(volume, format, { device: device.path, path });
}

async function growFileSystem(
  { id }: Volume,
  format: FileSystemFormat,
  place: { readonly device: string; readonly path: string },
): Promise<void> {
  try {
    await growMounted(format, place);
  } catch (error) {
    if (!isNotPermitted(error)) throw hostRefusal(error) ?? error;
    throw new StatusError(
      'FAILED_PRECONDITION',
      `volume ${id} cannot grow while it is in use: a mounted ${format} file system takes a process ` +
        'with the capability CAP_SYS_RESOURCE; without it, the volume grows when it is staged next',
      { cause: error },
    );
  }
}

function isNotPermitted(error: unknown): boolean {
  return error instanceof ToolError && error.reason === 'not-permitted';
}
