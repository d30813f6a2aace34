import { RPCS } from '../csi/rpc.js';
import { codeNamed, CODES } from '../csi/code.js';
import { property } from '../csi/message-type.js';
import { didYouMean } from '../options/nearest.js';
import type { CallRecord } from './call-record.js';

/** Which calls are meant; all that is given must fit. */
export interface CallFilter {
  /** `NodePublishVolume`. */
  readonly rpc?: string | undefined;
  /** The id of a volume, or its name. */
  readonly volume?: string | undefined;
  /** The node whose socket the call came through, or that it names. */
  readonly node?: string | undefined;
  /** A target or staging path. */
  readonly path?: string | undefined;
  /** `OK`, `NOT_FOUND`. */
  readonly code?: string | undefined;
}

/** By the words that name them. */
export const FILTER_KEYS = ['rpc', 'volume', 'node', 'path', 'code'] as const;

/** Something that picks no calls because it makes no sense. The message says what was expected. */
export class CallFilterError extends Error {
  override readonly name = 'CallFilterError';
}

/**
 * Reads `NodePublishVolume volume=vol-1 code=OK`: the name of an RPC, if any, and what else the calls
 * have in common. Names of RPCs may be written in any case and with dashes. Throws a CallFilterError.
 */
export function callFilter(text: string): CallFilter {
  const filter: { -readonly [Key in keyof CallFilter]: string } = {};
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(word) ?? [undefined, 'rpc', word];
    const key = FILTER_KEYS.find((each) => each === name);
    if (key === undefined || !value || filter[key] !== undefined) {
      throw new CallFilterError(
        `expected the name of an RPC and ${FILTER_KEYS.slice(1).join('=, ')}=, each once, got ${JSON.stringify(word)}`,
      );
    }
    filter[key] = value;
  }
  return checkedFilter(filter);
}

/** Brings the names of RPC and code into the form that records have. Throws a CallFilterError. */
export function checkedFilter(filter: CallFilter): CallFilter {
  const { rpc, code } = filter;
  return {
    ...filter,
    ...(rpc === undefined ? {} : { rpc: rpcNamed(rpc) }),
    ...(code === undefined ? {} : { code: knownCode(code) }),
  };
}

function rpcNamed(given: string): string {
  const name = [...RPCS.keys()].find((each) => plain(each) === plain(given));
  if (name === undefined) {
    const hint = didYouMean(given, RPCS.keys());
    throw new CallFilterError(`CSI v1.5 has no RPC ${JSON.stringify(given)}${hint}`);
  }
  return name;
}

function knownCode(given: string): string {
  const found = codeNamed(given.toUpperCase());
  if (found !== undefined) return found;
  const hint = didYouMean(given.toUpperCase(), CODES);
  throw new CallFilterError(`${JSON.stringify(given)} is the name of no gRPC code${hint}`);
}

function plain(name: string): string {
  return name.replaceAll('-', '').toLowerCase();
}

export function fits(record: CallRecord, { rpc, volume, node, path, code }: CallFilter): boolean {
  const { request, response } = record;
  return (
    isOneOf(rpc, [record.rpc]) &&
    isOneOf(code, [record.code]) &&
    isOneOf(node, [record.node, property(request, 'node_id')]) &&
    isOneOf(path, [
      property(request, 'target_path'),
      property(request, 'staging_target_path'),
      property(request, 'volume_path'),
    ]) &&
    isOneOf(volume, [
      property(request, 'volume_id'),
      property(request, 'source_volume_id'),
      property(property(response, 'volume'), 'volume_id'),
      record.rpc === 'CreateVolume' ? property(request, 'name') : record.volume,
    ])
  );
}

function isOneOf(wanted: string | undefined, values: readonly unknown[]): boolean {
  return wanted === undefined || values.includes(wanted);
}
