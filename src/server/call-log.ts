import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';
import { codeName } from '../csi/code.js';
import type { Log } from '../log.js';
import { OngoingCall } from './ongoing-call.js';

/** The ongoing calls, by the metadata that they came with: the one thing that handlers see, too. */
export type OngoingCalls = WeakMap<Metadata, OngoingCall>;

/**
 * Keeps the record of every call in `calls`; each writes its one line to `log`.
 *
 * grpc-js answers calls that are too large, malformed or past their deadline by itself, past all
 * interceptors, but through the `sendStatus` of the innermost stream. So this interceptor comes first
 * and listens there.
 */
export function callLog(log: Log, calls: OngoingCalls): ServerInterceptor {
  return (method, stream) => {
    const call = new OngoingCall(log, method.path, Number(stream.getDeadline()));
    const sendStatus = stream.sendStatus.bind(stream);
    stream.sendStatus = (status) => {
      call.end(codeName(status.code), status.details);
      sendStatus(status);
    };
    const start = stream.start.bind(stream);
    stream.start = (listener) => {
      start({
        onReceiveMetadata(metadata) {
          calls.set(metadata, call);
          listener.onReceiveMetadata(metadata);
        },
        onReceiveMessage: (message) => listener.onReceiveMessage(message),
        onReceiveHalfClose: () => listener.onReceiveHalfClose(),
        onCancel() {
          call.closed();
          listener.onCancel();
        },
      });
    };
    return stream;
  };
}
