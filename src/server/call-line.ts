import type { Code } from '../csi/status.js';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** What a log line takes from a request or response, by the name that it has there. */
const FIELDS = [
  ['name', 'name'],
  ['volume', 'volume_id'],
  ['volume', 'source_volume_id'],
  ['snapshot', 'snapshot_id'],
  ['node', 'node_id'],
  ['target', 'target_path'],
  ['target', 'volume_path'],
  ['staging', 'staging_target_path'],
] as const;

/** Asked so often, and told so little by, that their answers are only logged at level debug. */
const QUIET: ReadonlySet<string> = new Set([
  'GetPluginInfo',
  'GetPluginCapabilities',
  'Probe',
  'ControllerGetCapabilities',
  'NodeGetCapabilities',
  'NodeGetInfo',
]);

/** Longer texts of the wire are cut: nobody's log is to be flooded. */
const TEXT_LENGTH = 1024;

/** The names and ids in a request and in what it was answered with. Nothing else of them is logged. */
export function idsIn(request: object, response: object): Readonly<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const message of [request, response, part(response, 'volume'), part(response, 'snapshot')]) {
    for (const [key, field] of FIELDS) {
      const value: unknown = Reflect.get(message, field);
      if (typeof value === 'string' && value !== '') ids[key] ??= cut(value);
    }
  }
  return ids;
}

function part(message: object, field: string): object {
  const value: unknown = Reflect.get(message, field);
  return typeof value === 'object' && value !== null ? value : {};
}

export function cut(text: string): string {
  return text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}...` : text;
}

/** `NodePublishVolume` of `/csi.v1.Node/NodePublishVolume`. */
export function shortName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** How important it is that a call had this outcome. */
export function levelOf(path: string, code: Code | 'OK'): Level {
  switch (code) {
    case 'OK':
      return QUIET.has(shortName(path)) ? 'debug' : 'info';
    case 'INTERNAL':
    case 'UNKNOWN':
    case 'DATA_LOSS':
      return 'error';
    case 'CANCELLED':
    case 'INVALID_ARGUMENT':
    case 'DEADLINE_EXCEEDED':
    case 'NOT_FOUND':
    case 'ALREADY_EXISTS':
    case 'PERMISSION_DENIED':
    case 'RESOURCE_EXHAUSTED':
    case 'FAILED_PRECONDITION':
    case 'ABORTED':
    case 'OUT_OF_RANGE':
    case 'UNIMPLEMENTED':
    case 'UNAVAILABLE':
    case 'UNAUTHENTICATED':
      return 'warn';
  }
}
