import { connect as connectHttp2, constants, type ClientHttp2Stream } from 'node:http2';
import { connect } from 'node:net';
import { codeName } from '../../src/csi/code.js';

/** A call as no well-behaved client makes it: its parts are sent when a test says so. */
export interface RawStream {
  send(bytes: Uint8Array): void;
  /** Sends nothing more. */
  finish(): void;
  /** Tells the server that nobody waits any longer. */
  cancel(): void;
  /** The code that the call is answered with, by name. */
  readonly code: Promise<string>;
  /** Ends the connection. */
  destroy(): void;
}

/** Begins a call on a connection of its own, with more or other headers than the usual ones. */
export function rawStream(
  socketPath: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): RawStream {
  const session = connectHttp2('http://localhost', {
    createConnection: () => connect(socketPath),
  });
  session.on('error', () => undefined);
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    },
    { endStream: false },
  );
  stream.on('error', () => undefined).resume();
  return {
    send: (bytes) => void stream.write(bytes),
    finish: () => void stream.end(),
    cancel: () => stream.close(constants.NGHTTP2_CANCEL),
    code: codeOf(stream),
    destroy: () => session.destroy(),
  };
}

/** A message as it stands in a stream. */
export function frame(message: Uint8Array, length = message.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

function codeOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    const look = (headers: Readonly<Record<string, unknown>>): void => {
      const code = headers['grpc-status'];
      if (code !== undefined) resolve(codeName(Number(code)));
    };
    stream.on('response', look).on('trailers', look);
    stream.on('close', () => resolve('closed without a status'));
  });
}
