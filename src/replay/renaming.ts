import { posix } from 'node:path';
import { REDACTED } from '../csi/hidden-field.js';
import { property, type FieldType, type MessageType } from '../csi/message-type.js';
import type { RecordedCall } from './recorded-call.js';

/**
 * What is called otherwise when calls are sent again: ids, tokens and contexts that a driver makes, and
 * the paths, which are moved under a directory.
 */
export interface Renaming {
  /** The request of a recorded call as it is to be sent. */
  request(call: RecordedCall): Readonly<Record<string, unknown>>;
  /** Learns from the new answer what the driver now calls what it named in the recorded one. */
  learn(call: RecordedCall, response: object): void;
}

type Names = Map<string, string>;

const PATH_FIELDS: ReadonlySet<string> = new Set([
  'target_path',
  'staging_target_path',
  'volume_path',
]);

/** `ownNode` is the id of the node to send to, if it has one; `directory` an absolute path. */
export function renaming(directory: string, ownNode: string | undefined): Renaming {
  const volumes: Names = new Map();
  const snapshots: Names = new Map();
  const nodes: Names = new Map();
  const tokens: Names = new Map();
  /** Of contexts and topologies, by key and value. */
  const entries: Names = new Map();
  const ids: Readonly<Record<string, Names>> = {
    volume_id: volumes,
    source_volume_id: volumes,
    snapshot_id: snapshots,
    node_id: nodes,
    starting_token: tokens,
  };

  function message(value: object, { fields }: MessageType): Record<string, unknown> {
    return Object.fromEntries(
      fields.flatMap((field) => {
        const given = property(value, field.name);
        const renamed = given === undefined ? undefined : renamedValue(given, field);
        return renamed === undefined ? [] : [[field.name, renamed]];
      }),
    );
  }

  function renamedValue(value: unknown, { name, type }: FieldType): unknown {
    if (typeof value === 'string') {
      if (PATH_FIELDS.has(name)) return moved(value);
      return ids[name]?.get(value) ?? value;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return renamedList(value, type);
    if (type.kind === 'map') return name === 'secrets' ? undefined : renamedMap(value);
    return type.kind === 'message' ? message(value, type.message()) : value;
  }

  function renamedList(list: readonly unknown[], type: FieldType['type']): unknown[] {
    return list
      .filter((item) => item !== REDACTED)
      .map((item) =>
        type.kind === 'message' && typeof item === 'object' && item !== null
          ? message(item, type.message())
          : item,
      );
  }

  function renamedMap(map: object): object {
    return Object.fromEntries(
      Object.entries(map).map(([key, value]: [string, unknown]) => [
        key,
        entries.get(`${key}\0${String(value)}`) ?? nodes.get(String(value)) ?? value,
      ]),
    );
  }

  /** Whatever the path climbs to, it stays below the directory. */
  function moved(path: string): string {
    return path.startsWith('/') ? posix.join(directory, posix.normalize(path)) : path;
  }

  function learnName(names: Names, before: unknown, now: unknown): void {
    if (typeof before === 'string' && typeof now === 'string') names.set(before, now);
  }

  function learnMap(before: unknown, now: unknown): void {
    if (typeof before !== 'object' || before === null) return;
    for (const [key, value] of Object.entries(before)) {
      learnName(entries, `${key}\0${String(value)}`, property(now, key));
    }
  }

  return {
    request({ rpc, node, request }) {
      if (ownNode !== undefined && !nodes.has(node)) nodes.set(node, ownNode);
      return message(request, rpc.request);
    },

    learn({ response: before }, now) {
      const [volume, volumeNow] = [property(before, 'volume'), property(now, 'volume')];
      const [snapshot, snapshotNow] = [property(before, 'snapshot'), property(now, 'snapshot')];
      learnName(volumes, property(volume, 'volume_id'), property(volumeNow, 'volume_id'));
      learnName(snapshots, property(snapshot, 'snapshot_id'), property(snapshotNow, 'snapshot_id'));
      learnName(nodes, property(before, 'node_id'), property(now, 'node_id'));
      learnName(tokens, property(before, 'next_token'), property(now, 'next_token'));
      learnMap(property(volume, 'volume_context'), property(volumeNow, 'volume_context'));
      learnMap(property(before, 'publish_context'), property(now, 'publish_context'));
      learnMap(segmentsOf(before), segmentsOf(now));
    },
  };
}

/** Of the topology that NodeGetInfo answers. */
function segmentsOf(response: unknown): unknown {
  return property(property(response, 'accessible_topology'), 'segments');
}
