import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { connect, type CallOptions } from '../csi/client.js';
import { property } from '../csi/message-type.js';
import { StatusError } from '../csi/status.js';
import type { RecordedCall, UnusableLine } from './recorded-call.js';
import { renaming } from './renaming.js';

/** What became of a line of a call log. */
export type Replayed =
  { readonly call: RecordedCall; readonly code: string; readonly message: string } | UnusableLine;

export interface ReplayOptions {
  readonly endpoint: string;
  /** Where the paths of the calls are moved to: an absolute path of a directory that exists. */
  readonly directory: string;
  /** By the name of an RPC. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** For one call, in ms. */
  readonly deadlineMs: number;
}

type AnyCall = (request: object, options: CallOptions) => Promise<object>;

/**
 * Sends the calls of a log to a driver, one after the other, as a CO would that runs where we do, and
 * tells of each what it was answered. Removes the directories that it has made and that are empty.
 */
export async function* replay(
  calls: AsyncIterable<RecordedCall | UnusableLine>,
  { endpoint, directory, secrets, deadlineMs }: ReplayOptions,
): AsyncGenerator<Replayed> {
  const client = connect(endpoint);
  const rpcs: Readonly<Record<string, AnyCall>> = {
    ...client.identity,
    ...client.controller,
    ...client.node,
  };
  const places = new Set<string>();
  try {
    const names = renaming(directory, await ownNode());
    for await (const call of calls) {
      if (!('rpc' in call)) {
        yield call;
        continue;
      }
      const request = { ...names.request(call), ...given(call) };
      makePlaces(call, request);
      try {
        const response = (await rpcs[call.rpc.name]?.(request, { deadlineMs })) ?? {};
        names.learn(call, response);
        yield { call, code: 'OK', message: '' };
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        yield { call, code: error.code, message: error.message };
      }
    }
  } finally {
    client.close();
    removePlaces();
  }

  /** A controller alone has no node; what else is wrong, the calls will tell. */
  async function ownNode(): Promise<string | undefined> {
    const info = client.node.NodeGetInfo({}, { deadlineMs });
    return info.then(
      ({ node_id }) => node_id,
      () => undefined,
    );
  }

  function given({ rpc }: RecordedCall): object {
    const own = secrets[rpc.name];
    return own === undefined ? {} : { secrets: own };
  }

  /** What a CO has ready: the staging directory, and the parent of the target path. */
  function makePlaces({ rpc }: RecordedCall, request: object): void {
    if (rpc.name === 'NodeStageVolume') makePlace(property(request, 'staging_target_path'));
    if (rpc.name !== 'NodePublishVolume') return;
    const target = property(request, 'target_path');
    makePlace(typeof target === 'string' ? dirname(target) : undefined);
  }

  function makePlace(path: unknown): void {
    if (typeof path !== 'string' || !path.startsWith(`${directory}/`)) return;
    try {
      mkdirSync(path, { recursive: true });
    } catch {
      // Then the driver has something to refuse.
      return;
    }
    for (let place = path; place.length > directory.length; place = dirname(place)) {
      places.add(place);
    }
  }

  function removePlaces(): void {
    for (const place of [...places].toSorted((one, other) => other.length - one.length)) {
      try {
        rmdirSync(place);
      } catch {
        // It is in use, or not empty.
      }
    }
  }
}
