import { createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { errorCode } from './host/errno.js';
import type { Log } from './log.js';
import type { ListenAddress } from './csi/listen-address.js';
import { waitingLine, type WaitingLine } from './proxy/waiting-line.js';
import { ListenError, listen, type Listener, type ListenOptions } from './server/listener.js';

/** Passes connections on, in place of a driver, until it is stopped. */
export interface Proxy {
  start(): Promise<void>;
  /** Listens no longer and ends all connections. */
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Absolute path of the CSI socket, which sidecars and kubelet call. */
  readonly socketPath: string;
  readonly socketMode: number;
  /** Where a test connects to, to play the driver itself. */
  readonly address: ListenAddress;
  readonly log: Log;
}

/**
 * Couples each connection at the CSI socket with one at the other address, in the order in which they
 * come on either side: who plays the driver cannot be connected to, but can connect. What is sent before a
 * connection has its other half waits with it.
 */
export function proxy({ socketPath, socketMode, address, log }: ProxyOptions): Proxy {
  const callers = waitingLine();
  const players = waitingLine();
  const all = new Set<Socket>();
  const closers: (() => void)[] = [];

  function arrive(connection: Socket, line: WaitingLine): void {
    all.add(connection);
    connection.once('close', () => all.delete(connection));
    line.join(connection);
    // Whatever ends a connection ends its other half, which is all that can be done.
    connection.on('error', () => undefined);
    couple();
  }

  function couple(): void {
    while (callers.length > 0 && players.length > 0) {
      const [caller, player] = [callers.first(), players.first()];
      if (caller === undefined || player === undefined) return;
      log.debug('a connection has its other half');
      const end = () => {
        caller.destroy();
        player.destroy();
      };
      pipeline(caller, player, end);
      pipeline(player, caller, end);
    }
  }

  return {
    async start() {
      const listener = await listen({
        path: socketPath,
        mode: socketMode,
        onConnection: (connection) => arrive(connection, callers),
        onError: (error) => log.error({ err: error }, 'trouble with the socket'),
      });
      closers.push(() => listener.close());
      const outer = await listenAt(address, {
        mode: socketMode,
        onConnection: (connection) => arrive(connection, players),
        onError: (error) => log.error({ err: error }, 'trouble with the proxy endpoint'),
      }).catch((error: unknown) => {
        listener.close();
        throw error;
      });
      closers.push(() => outer.close());
      log.info({ endpoint: socketPath, proxy: address }, 'passes connections on');
    },
    async stop() {
      for (const close of closers) close();
      for (const connection of all) connection.destroy();
    },
  };
}

/** Listens at a unix socket or at a port. Throws a ListenError. */
async function listenAt(
  address: ListenAddress,
  options: Omit<ListenOptions, 'path'>,
): Promise<Listener> {
  if ('path' in address) return listen({ ...options, path: address.path });
  const server = createServer({ pauseOnConnect: true }, options.onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const reason = errorCode(cause) === 'EADDRINUSE' ? 'in-use' : 'not-permitted';
      const where = `${address.host ?? ''}:${address.port}`;
      reject(
        new ListenError(reason, `cannot listen at port ${where}: ${cause.message}`, { cause }),
      );
    });
    server.listen(address, resolve);
  });
  server.on('error', options.onError);
  return { close: () => server.close() };
}
