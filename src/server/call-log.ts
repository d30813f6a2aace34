import {
  ServerInterceptingCall,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { codeName } from '../csi/code.js';
import type { Log } from '../log.js';
import { OngoingCall } from './ongoing-call.js';

/** The ongoing calls, by the metadata that they came with: the one thing that handlers see, too. */
export type OngoingCalls = WeakMap<Metadata, OngoingCall>;

/**
 * Keeps the record of every call in `calls`; each writes its one line to `log`.
 *
 * grpc-js itself answers calls that are too large or past their deadline, past all interceptors, but
 * with the `sendStatus` of the innermost stream. So this interceptor comes first and listens there.
 */
export function callLog(log: Log, calls: OngoingCalls): ServerInterceptor {
  return (method, stream) => {
    const call = new OngoingCall(log, method.path, Number(stream.getDeadline()));
    const sendStatus = stream.sendStatus.bind(stream);
    stream.sendStatus = (status) => {
      call.end(codeName(status.code), status.details);
      sendStatus(status);
    };
    return new RecordedStream(stream, call, calls);
  };
}

/** Passes on at once what its parent would queue for responders, at a twentieth of a Probe's time. */
class RecordedStream extends ServerInterceptingCall {
  readonly #stream: ServerInterceptingCallInterface;
  readonly #call: OngoingCall;
  readonly #calls: OngoingCalls;

  constructor(stream: ServerInterceptingCallInterface, call: OngoingCall, calls: OngoingCalls) {
    super(stream);
    this.#stream = stream;
    this.#call = call;
    this.#calls = calls;
  }

  override start(listener: Parameters<ServerInterceptingCallInterface['start']>[0]): void {
    const call = this.#call;
    const calls = this.#calls;
    let isRequested = false;
    this.#stream.start({
      onReceiveMetadata(metadata) {
        calls.set(metadata, call);
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage(message) {
        isRequested = true;
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose() {
        // A caller that gives up while it sends looks like one that sends nothing until it is closed.
        if (isRequested) listener.onReceiveHalfClose();
        else setImmediate(() => listener.onReceiveHalfClose());
      },
      onCancel() {
        call.closed();
        listener.onCancel();
      },
    });
  }

  override sendMessage(
    ...message: Parameters<ServerInterceptingCallInterface['sendMessage']>
  ): void {
    this.#stream.sendMessage(...message);
  }

  override sendStatus(status: Parameters<ServerInterceptingCallInterface['sendStatus']>[0]): void {
    this.#stream.sendStatus(status);
  }
}
