import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { property } from '../csi/message-type.js';
import { RPCS, type Rpc } from '../csi/rpc.js';

/** A line of a call log. */
export interface RecordedCall {
  /** Of the file, from 1. */
  readonly line: number;
  readonly rpc: Rpc;
  /** The node whose socket it came through. */
  readonly node: string;
  readonly request: object;
  /** Null where the call was not answered with OK. */
  readonly response: object | null;
  /** What the caller was answered. */
  readonly code: string;
}

/** A line that cannot be sent again, and why. */
export interface UnusableLine {
  readonly line: number;
  readonly reason: string;
}

/** The calls of a log, in its order. Rejects with a system error when it cannot be read. */
export async function* recordedCalls(path: string): AsyncGenerator<RecordedCall | UnusableLine> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  let number = 0;
  for await (const line of createInterface({ input })) {
    number += 1;
    if (line.trim() !== '') yield read(line, number);
  }
}

function read(text: string, line: number): RecordedCall | UnusableLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, reason: 'it is no JSON' };
  }
  const [rpcName, node, code] = ['rpc', 'node', 'code'].map((name) => property(value, name));
  if (typeof rpcName !== 'string' || typeof code !== 'string') {
    return { line, reason: 'it is no line of a call log: rpc or code is missing' };
  }
  const rpc = RPCS.get(rpcName);
  if (rpc === undefined) return { line, reason: `${rpcName} is no RPC of CSI v1.5` };
  if (property(value, 'cut') === true)
    return { line, reason: 'its messages were too large to keep' };
  const [request, response] = [property(value, 'request'), property(value, 'response')];
  if (typeof request !== 'object' || request === null) {
    return { line, reason: 'its request could not be read' };
  }
  return {
    line,
    rpc,
    node: typeof node === 'string' ? node : '',
    request,
    response: typeof response === 'object' ? response : null,
    code,
  };
}
