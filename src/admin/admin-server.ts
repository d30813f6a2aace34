import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CallFilterError } from '../calls/call-filter.js';
import { StatusError, type Code } from '../csi/status.js';
import { FaultRuleError } from '../faults/fault-rule-error.js';
import type { Log } from '../log.js';
import { listen } from '../server/listener.js';
import { adminRequest } from './admin-request.js';
import { Follow, type Route } from './routes.js';

export interface AdminServer {
  /** Ends what waits and follows, and removes the socket. Resolves once all connections are closed. */
  stop(): Promise<void>;
}

export interface AdminOptions {
  /** Absolute path. */
  readonly socketPath: string;
  readonly routes: readonly Route[];
  readonly log: Log;
  /** In ms: what a client gets to send its request, and to take an answer that is ready. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;
/** In ms: what clients get to take their last answers when the driver stops. */
const CLOSING_TIME = 200;
const MOST_CONNECTIONS = 64;
/** In bytes: what a client that follows may leave untaken before it is cut off. */
const MOST_UNTAKEN = 2 ** 20;
/** Requests name no host that would matter. */
const BASE = 'http://localhost';
/** In bytes. */
const LONGEST_HEAD = 2 ** 14;

const HTTP_STATUS: { readonly [C in Code]?: number } = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  UNIMPLEMENTED: 405,
  FAILED_PRECONDITION: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 413,
  UNAVAILABLE: 503,
};

/**
 * Serves HTTP with JSON on a unix socket that only this process's user gets through to, from when it
 * resolves; one request a connection. Throws a ListenError.
 */
export async function serveAdmin({
  socketPath,
  routes,
  log,
  patienceMs = PATIENCE_MS,
}: AdminOptions): Promise<AdminServer> {
  /** Ends what is done for each client that waits. */
  const waiting = new Set<AbortController>();
  /** With what cuts them off when no request comes. */
  const connections = new Map<Socket, NodeJS.Timeout>();
  const server = createServer({ maxHeaderSize: LONGEST_HEAD }, (message, response) => {
    void answer(message, response);
  });
  server.maxRequestsPerSocket = 1;
  const listener = await listen({
    path: socketPath,
    mode: 0o600,
    onConnection(connection) {
      if (connections.size >= MOST_CONNECTIONS) return connection.destroy();
      const late = setTimeout(() => connection.destroy(), patienceMs).unref();
      connections.set(connection, late);
      connection.once('close', () => {
        clearTimeout(late);
        connections.delete(connection);
      });
      return server.emit('connection', connection);
    },
    onError: (error) => log.error({ err: error }, 'trouble with the admin socket'),
  });

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const ending = new AbortController();
    waiting.add(ending);
    response.once('close', () => {
      waiting.delete(ending);
      ending.abort();
    });
    response.setHeader('connection', 'close');
    message.once('end', () => clearTimeout(connections.get(message.socket)));
    if (message.method === 'GET' || message.method === 'DELETE') message.resume();
    try {
      const found = await routed(message, ending.signal);
      if (found instanceof Follow) follow(found, response, ending.signal);
      else send(response, 200, found, patienceMs);
    } catch (thrown) {
      message.resume();
      const { code, message: reason } = refusalOf(thrown, log);
      const error = { code, message: reason };
      send(response, HTTP_STATUS[code] ?? 500, { error }, patienceMs);
    }
  }

  async function routed(message: IncomingMessage, signal: AbortSignal): Promise<object> {
    const url = urlOf(message);
    const fitting = routes.flatMap((route) => {
      const params = paramsOf(route.path, url.pathname);
      return params === undefined ? [] : [{ route, params }];
    });
    if (fitting.length === 0) {
      throw new StatusError('NOT_FOUND', `there is nothing at ${url.pathname}`);
    }
    const chosen = fitting.find(({ route }) => route.method === message.method);
    if (chosen === undefined) {
      const methods = fitting.map(({ route }) => route.method).join(', ');
      throw new StatusError('UNIMPLEMENTED', `${url.pathname} takes ${methods}`);
    }
    return chosen.route.answer(adminRequest(message, url, chosen.params, signal));
  }

  return {
    async stop() {
      listener.close();
      for (const ending of waiting) ending.abort();
      const late = setTimeout(() => {
        for (const connection of connections.keys()) connection.destroy();
      }, CLOSING_TIME);
      await Promise.all([...connections.keys()].map(closed));
      clearTimeout(late);
    },
  };
}

function follow({ begin }: Follow, response: ServerResponse, signal: AbortSignal): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
  const end = begin((item) => {
    response.write(`${JSON.stringify(item)}\n`);
    if (response.writableLength > MOST_UNTAKEN) response.destroy();
  });
  const finish = (): void => {
    end();
    response.end();
  };
  if (signal.aborted) finish();
  else signal.addEventListener('abort', finish);
}

function send(response: ServerResponse, status: number, body: object, patienceMs: number): void {
  if (response.destroyed) return;
  response.socket?.setTimeout(patienceMs, () => response.destroy());
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function refusalOf(error: unknown, log: Log): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof CallFilterError || error instanceof FaultRuleError) {
    return new StatusError('INVALID_ARGUMENT', error.message);
  }
  log.error({ err: error }, 'an admin request failed');
  return StatusError.from(error);
}

function urlOf({ url = '' }: IncomingMessage): URL {
  if (!URL.canParse(url, BASE)) throw new StatusError('INVALID_ARGUMENT', 'the URL makes no sense');
  return new URL(url, BASE);
}

/** What stands for the `:names` of a pattern in a path; undefined when the path does not fit. */
function paramsOf(pattern: string, path: string): ReadonlyMap<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, part] of wanted.entries()) {
    const there = decoded(given[index] ?? '');
    if (part.startsWith(':') && there !== '') params.set(part.slice(1), there);
    else if (part !== there) return undefined;
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function closed(connection: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (connection.destroyed) resolve();
    else connection.once('close', () => resolve());
  });
}
