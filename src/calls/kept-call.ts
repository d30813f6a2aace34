import type { EndedCall } from '../csi/ended-call.js';
import { WIRE_METHODS, type WireMethod } from '../csi/wire-method.js';
import { cutMessage } from './cut-message.js';

/** What is kept of a call beside its bytes. */
export interface CallFacts extends Pick<EndedCall, 'path' | 'begunAt' | 'ms' | 'code'> {
  /** From 1 on, in the order in which the calls ended. */
  readonly id: number;
  /** Whose socket it came through. */
  readonly nodeId: string;
  /** The name of the volume that the request has the id of; undefined where it is not known. */
  readonly volumeName: string | undefined;
  /** Whether parts of the messages were too large to be kept. */
  readonly cut: boolean;
}

/** The reason, the request and the response on the wire; undefined: there was none that could be kept. */
export type CallBytes = readonly [
  message: Buffer | undefined,
  request: Buffer | undefined,
  response: Buffer | undefined,
];

/** In bytes. Longer messages are cut before they are kept. */
const LARGE = 2 ** 14;
/** In bytes. What is longer even so is not kept at all. */
const TOO_LARGE = 2 ** 16;
/** In bytes. A path that is none of ours is whatever its caller likes. */
const LONGEST_PATH = 256;
const LONGEST_REASON = 2000;

/** What is to be kept of a call that has ended. */
export function keptCall(
  call: EndedCall,
  id: number,
  nodeId: string,
  volumeName?: string,
): readonly [CallFacts, CallBytes] {
  const method = WIRE_METHODS.get(call.path);
  const message = call.message === '' ? undefined : Buffer.from(call.message);
  const request = keptMessage(call.requestBytes, call.request, method?.wire.requestSerialize);
  const response = keptMessage(call.responseBytes, call.response, method?.wire.responseSerialize);
  const facts = {
    id,
    nodeId,
    volumeName,
    path: method === undefined ? cutPath(call.path) : call.path,
    begunAt: call.begunAt,
    ms: call.ms,
    code: call.code,
    cut: request !== call.requestBytes || response !== call.responseBytes,
  };
  return [facts, [message?.subarray(0, LONGEST_REASON), request, response]];
}

function keptMessage(
  bytes: Buffer | undefined,
  message: object | undefined,
  serialize: WireMethod['wire']['requestSerialize'] | undefined,
): Buffer | undefined {
  if (bytes === undefined || bytes.length <= LARGE) return bytes;
  if (message === undefined || serialize === undefined) return undefined;
  try {
    const shorter = serialize(cutMessage(message));
    return shorter.length <= TOO_LARGE ? shorter : undefined;
  } catch {
    // A layer has put something into it that is no message of the interface.
    return undefined;
  }
}

function cutPath(path: string): string {
  return Buffer.from(path).subarray(0, LONGEST_PATH).toString();
}

/** The messages of a kept call; undefined where there is none that can be read. */
export function messagesOf(
  { path }: CallFacts,
  [, request, response]: CallBytes,
): { readonly request: object | undefined; readonly response: object | undefined } {
  const wire = WIRE_METHODS.get(path)?.wire;
  return {
    request: parsed(request, wire?.requestDeserialize),
    response: parsed(response, wire?.responseDeserialize),
  };
}

function parsed(
  bytes: Buffer | undefined,
  parse: ((bytes: Buffer) => object) | undefined,
): object | undefined {
  if (bytes === undefined || parse === undefined) return undefined;
  try {
    return parse(bytes);
  } catch {
    return undefined;
  }
}
