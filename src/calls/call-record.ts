import type { Code } from '../csi/status.js';
import { WIRE_METHODS } from '../csi/wire-method.js';
import { messagesOf, type CallBytes, type CallFacts } from './kept-call.js';
import { plainMessage, withoutHidden, type PlainMessage } from './plain-message.js';

/** A call in the call log: as a line of the file, in answers of the admin socket, and for programs. */
export interface CallRecord {
  /** From 1 on, in the order in which the calls of a driver ended. */
  readonly id: number;
  /** `NodePublishVolume`. */
  readonly rpc: string;
  /** `/csi.v1.Node/NodePublishVolume`; what was asked for, where that is no RPC of CSI v1.5. */
  readonly method: string;
  /** The node whose socket the call came through. */
  readonly node: string;
  /** The name of the volume that the request has the id of; left out where it is not known. */
  readonly volume?: string;
  /** ISO 8601. */
  readonly begun: string;
  /** How long the caller waited. */
  readonly ms: number;
  /** What the caller was answered; CANCELLED or DEADLINE_EXCEEDED where it waited no longer. */
  readonly code: Code | 'OK';
  /** The reason of a refusal; left out with OK. */
  readonly message?: string;
  /** With the interface's own field names; null where it could not be read. Secrets are redacted. */
  readonly request: PlainMessage | null;
  /** Null where the caller got none. */
  readonly response: PlainMessage | null;
  /** True where parts of the messages were too large to be kept. */
  readonly cut?: true;
}

export function callRecord(facts: CallFacts, bytes: CallBytes): CallRecord {
  const { id, path, nodeId, volumeName, begunAt, ms, code, cut } = facts;
  const [message] = bytes;
  const rpc = WIRE_METHODS.get(path);
  const { request, response } = messagesOf(facts, bytes);
  return {
    id,
    rpc: rpc?.name ?? path.slice(path.lastIndexOf('/') + 1),
    method: path,
    node: nodeId,
    ...(volumeName === undefined ? {} : { volume: volumeName }),
    begun: new Date(begunAt).toISOString(),
    ms: Math.round(ms * 1000) / 1000,
    code,
    ...(message === undefined ? {} : { message: message.toString() }),
    request:
      rpc === undefined || request === undefined
        ? null
        : plainMessage(withoutHidden(request, rpc.request), rpc.request),
    response:
      rpc === undefined || response === undefined
        ? null
        : plainMessage(withoutHidden(response, rpc.response), rpc.response),
    ...(cut ? { cut } : {}),
  };
}
