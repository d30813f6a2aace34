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
    const result = await answer(call, bytes);
    if (!call.isOver) send(result, respond);
    running.end();
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
  // By way of bytes, which drops halves of surrogate pairs: grpc-js throws when it encodes one.
  const details = Buffer.from(result.message).toString();
  return respond({ code: status[result.code], details });
}
