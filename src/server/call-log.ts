import {
  ServerInterceptingCall,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { codeName } from '../csi/code.js';
import type { Log } from '../log.js';
import { OngoingCall } from './ongoing-call.js';
import type { Running } from './running.js';

/** The ongoing calls, by the metadata that they came with: the one thing that handlers see, too. */
export type OngoingCalls = WeakMap<Metadata, OngoingCall>;

/**
 * In ms. A caller that gives up while it sends looks like one that sends nothing until its stream is
 * closed, which takes no longer than this.
 */
const CLOSING_TIME = 100;

/**
 * Keeps the record of every call in `calls`, which writes the call's one line to `log`, and counts in
 * `waiting` the calls whose callers still wait.
 *
 * grpc-js itself answers calls that are too large or past their deadline, past all interceptors, but
 * with the `sendStatus` of the innermost stream. So this interceptor comes first and listens there.
 */
export function callLog(log: Log, calls: OngoingCalls, waiting: Running): ServerInterceptor {
  return (method, stream) => {
    const call = new OngoingCall(log, method.path, Number(stream.getDeadline()));
    const sendStatus = stream.sendStatus.bind(stream);
    stream.sendStatus = (status) => {
      call.end(codeName(status.code), status.details);
      sendStatus(status);
    };
    waiting.begin();
    return new RecordedStream(stream, {
      begun: (metadata) => calls.set(metadata, call),
      closed() {
        call.closed();
        waiting.end();
      },
    });
  };
}

interface Watcher {
  begun(metadata: Metadata): void;
  /** Comes once for every call, also for one that had gone before it could begin. */
  closed(): void;
}

/** Passes on at once what its parent would queue for responders, at a twentieth of a Probe's time. */
class RecordedStream extends ServerInterceptingCall {
  readonly #stream: ServerInterceptingCallInterface;
  readonly #watcher: Watcher;

  constructor(stream: ServerInterceptingCallInterface, watcher: Watcher) {
    super(stream);
    this.#stream = stream;
    this.#watcher = watcher;
  }

  override start(listener: Parameters<ServerInterceptingCallInterface['start']>[0]): void {
    const watcher = this.#watcher;
    let hasBegun = false;
    let isRequested = false;
    this.#stream.start({
      onReceiveMetadata(metadata) {
        hasBegun = true;
        watcher.begun(metadata);
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage(message) {
        isRequested = true;
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose() {
        if (isRequested) listener.onReceiveHalfClose();
        else setTimeout(() => listener.onReceiveHalfClose(), CLOSING_TIME);
      },
      onCancel() {
        watcher.closed();
        listener.onCancel();
      },
    });
    if (!hasBegun) watcher.closed();
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
