import type { Socket } from 'node:net';

/** Connections that have no other half yet, in the order in which they came. Those that end are dropped. */
export interface WaitingLine {
  readonly length: number;
  /** Takes a connection in, or ends it where the line is full. */
  join(connection: Socket): void;
  /** The first, which is in the line no longer; what it has sent is still to be read from it. */
  first(): Socket | undefined;
}

interface Waiting {
  readonly connection: Socket;
  /** Gives back what was read meanwhile. */
  release(): void;
}

const MOST_WAITING = 64;
/** In bytes: what is read of a connection that waits. The end of one that sends more is not seen. */
const MOST_READ = 2 ** 16;

export function waitingLine(): WaitingLine {
  const line: Waiting[] = [];

  /** Reads, as nothing else shows that a connection has ended. */
  function waiting(connection: Socket): Waiting {
    const chunks: Buffer[] = [];
    let length = 0;
    const keep = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MOST_READ) connection.pause();
    };
    const drop = (): void => {
      const at = line.findIndex((each) => each.connection === connection);
      if (at !== -1) line.splice(at, 1);
    };
    connection.on('data', keep).once('close', drop).resume();
    return {
      connection,
      release() {
        connection.off('data', keep).off('close', drop).pause();
        if (length > 0) connection.unshift(Buffer.concat(chunks));
      },
    };
  }

  return {
    get length() {
      return line.length;
    },
    join(connection) {
      if (line.length < MOST_WAITING) line.push(waiting(connection));
      else connection.destroy();
    },
    first() {
      const next = line.shift();
      next?.release();
      return next?.connection;
    },
  };
}
