import { StringDecoder } from 'node:string_decoder';
import {
  status,
  type handleClientStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { Handler } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import type { OngoingCalls } from './call-log.js';
import type { OngoingCall } from './ongoing-call.js';
import type { Running } from './running.js';

/** The message goes into a header, where a byte may become three; some clients take 8 KiB of headers. */
const MESSAGE_BYTES = 2000;

/**
 * A promise handler as grpc-js wants it, from bytes to bytes: parsing and serializing happen here, so
 * that whatever goes wrong in a call becomes its status and shows in its log line.
 */
export function unary<Request extends object, Response extends object>(
  method: MethodDefinition<Request, Response>,
  handler: () => Handler<Request, Response>,
  calls: OngoingCalls,
  running: Running,
): handleUnaryCall<Buffer, Buffer> {
  async function answer(call: OngoingCall, bytes: Buffer): Promise<Buffer | StatusError> {
    try {
      const request = parse(method.requestDeserialize, bytes);
      call.received(request);
      const response = await handler()(request, call);
      const answered = method.responseSerialize(response);
      call.handled(response);
      return answered;
    } catch (thrown) {
      const refusal = StatusError.from(thrown);
      call.handled(refusal);
      return refusal;
    }
  }

  async function run(
    call: OngoingCall,
    bytes: Buffer,
    respond: sendUnaryData<Buffer>,
  ): Promise<void> {
    running.begin();
    try {
      const result = await answer(call, bytes);
      if (!call.isOver) send(result, respond);
    } catch (error) {
      call.warn('the answer could not be sent', { err: error });
    } finally {
      running.end();
    }
  }

  return ({ metadata, request }, respond) => {
    const call = calls.get(metadata);
    if (call !== undefined && !call.isOver) void run(call, request, respond);
  };
}

/** Answers at once, without reading the request. */
export function unimplemented(path: string): handleClientStreamingCall<Buffer, Buffer> {
  return (_call, respond) => send(notImplemented(path), respond);
}

export function notImplemented(path: string): StatusError {
  return new StatusError('UNIMPLEMENTED', `this plugin does not implement ${path}`);
}

function parse<Request>(deserialize: (bytes: Buffer) => Request, bytes: Buffer): Request {
  try {
    return deserialize(bytes);
  } catch (cause) {
    throw new StatusError('INTERNAL', 'the request cannot be parsed', { cause });
  }
}

function send(result: Buffer | StatusError, respond: sendUnaryData<Buffer>): void {
  if (!(result instanceof StatusError)) return respond(null, result);
  return respond({ code: status[result.code], details: bounded(result.message) });
}

/** By way of bytes, which leaves no half of a surrogate pair: grpc-js throws when it encodes one. */
function bounded(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= MESSAGE_BYTES) return bytes.toString();
  // Holds back a character that is cut in two.
  return `${new StringDecoder('utf8').write(bytes.subarray(0, MESSAGE_BYTES))}...`;
}
