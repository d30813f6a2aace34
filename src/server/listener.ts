import { closeSync, constants, lstatSync, openSync, unlinkSync, type BigIntStats } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { SOCKET_PATH_BYTES } from '../csi/endpoint.js';

export interface ListenOptions {
  /** Absolute path of the socket; its directory must exist. */
  readonly path: string;
  /** Permission bits of the socket, which it has from the moment on that it is there. */
  readonly mode: number;
  readonly onConnection: (connection: Socket) => void;
  /** Told of what fails later; listening goes on. */
  readonly onError: (error: Error) => void;
}

export interface Listener {
  /**
   * Listens no longer; connections stay. Removes the socket unless another has taken its place.
   * Idempotent.
   */
  close(): void;
}

/** Why it cannot be listened at a path. What another process has there is untouched. */
export class ListenError extends Error {
  override readonly name = 'ListenError';

  constructor(
    readonly reason: 'in-use' | 'no-socket' | 'no-directory' | 'not-permitted' | 'too-long',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Listens at a unix socket, in the place of one that a process which is gone left behind. Throws a
 * ListenError.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { path, onError } = options;
  const directory = openDirectory(path);
  // libuv unlinks the path that it was told when it closes a socket, whoever's socket is there by
  // then. Told this one, which leads nowhere once the directory is closed, it leaves that to us.
  const here = `/proc/self/fd/${directory}/${basename(path)}`;
  try {
    checkLength(path, here);
    let server = await bind(here, options);
    if (server === undefined) {
      await removeStale(here, path);
      server = await bind(here, options);
    }
    if (server === undefined) throw inUse(path);
    return closing(server, directory, here, onError);
  } catch (error) {
    closeSync(directory);
    throw error;
  }
}

function closing(
  server: Server,
  directory: number,
  here: string,
  onError: ListenOptions['onError'],
): Listener {
  const ours = at(here)?.ino;
  return {
    close() {
      if (!server.listening) return;
      try {
        if (ours !== undefined && at(here)?.ino === ours) unlinkSync(here);
      } catch (error) {
        onError(new Error('cannot remove the socket', { cause: error }));
      }
      closeSync(directory);
      server.close();
    },
  };
}

function openDirectory(path: string): number {
  const directory = dirname(path);
  try {
    return openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new ListenError('no-directory', `cannot open ${directory}, the directory of the socket`, {
      cause: error,
    });
  }
}

function checkLength(path: string, here: string): void {
  for (const address of [path, here]) {
    const tooMany = Buffer.byteLength(address) - SOCKET_PATH_BYTES;
    if (tooMany > 0) {
      throw new ListenError(
        'too-long',
        `the path of the socket is ${tooMany} bytes too long: ${path}`,
      );
    }
  }
}

/** Undefined when something is there already. */
function bind(here: string, options: ListenOptions): Promise<Server | undefined> {
  const { path, mode, onConnection, onError } = options;
  return new Promise((resolve, reject) => {
    const server = createServer(onConnection);
    const onBindError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(notPermitted(path, error));
    };
    server.once('error', onBindError);
    server.once('listening', () => {
      server.off('error', onBindError).on('error', onError);
      resolve(server);
    });
    const before = process.umask(~mode & 0o777);
    server.listen(here);
    process.umask(before);
  });
}

/** Removes the socket of a process that is gone; throws a ListenError for anything else. */
async function removeStale(here: string, path: string): Promise<void> {
  const found = at(here);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ListenError('no-socket', `${path} exists and is no socket; it is left as it is`);
  }
  const failure = await failureToConnect(here);
  if (failure?.code === 'ENOENT') return;
  if (failure?.code === 'EACCES') throw notPermitted(path, failure);
  if (failure?.code !== 'ECONNREFUSED') throw inUse(path);
  // Another driver that starts just now may have been quicker. The number of a removed inode is soon
  // used again, its change time is not.
  if (at(here)?.ctimeNs === found.ctimeNs) unlinkSync(here);
}

/** Undefined when somebody took the call. */
function failureToConnect(here: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const connection = connect(here);
    connection.once('error', resolve);
    connection.once('connect', () => {
      connection.destroy();
      resolve(undefined);
    });
  });
}

function at(here: string): BigIntStats | undefined {
  return lstatSync(here, { bigint: true, throwIfNoEntry: false });
}

function inUse(path: string): ListenError {
  return new ListenError(
    'in-use',
    `another process listens at ${path}; stop it or choose another socket`,
  );
}

function notPermitted(path: string, cause: NodeJS.ErrnoException): ListenError {
  return new ListenError(
    'not-permitted',
    `cannot listen at ${path}: ${cause.code ?? cause.message}`,
    {
      cause,
    },
  );
}
