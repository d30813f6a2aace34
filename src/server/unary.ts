import type { MethodDefinition } from '@grpc/grpc-js';
import type { Handler } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import type { OngoingCall } from './ongoing-call.js';

/** Answers a request with a response, both as bytes, or with a refusal; never rejects. */
export type Unary = (bytes: Buffer, call: OngoingCall) => Promise<Buffer | StatusError>;

/**
 * An RPC from bytes to bytes: parsing and serializing happen here, so that whatever goes wrong in a call
 * becomes its status and shows in its log line. The handler is looked up at every call, so that a
 * service may answer differently while it starts.
 */
export function unary<Request extends object, Response extends object>(
  { requestDeserialize, responseSerialize }: MethodDefinition<Request, Response>,
  handler: () => Handler<Request, Response>,
): Unary {
  return async (bytes, call) => {
    call.arrived(bytes);
    try {
      const request = parse(requestDeserialize, bytes);
      call.received(request);
      const response = await handler()(request, call);
      const answer = responseSerialize(response);
      call.handled(response, answer);
      return answer;
    } catch (thrown) {
      const refusal = StatusError.from(thrown);
      call.handled(refusal);
      return refusal;
    }
  };
}

function parse<Request>(deserialize: (bytes: Buffer) => Request, bytes: Buffer): Request {
  try {
    return deserialize(bytes);
  } catch (cause) {
    throw new StatusError('INTERNAL', 'the request cannot be parsed', { cause });
  }
}
