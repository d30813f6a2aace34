import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ListenAddress } from '../csi/listen-address.js';
import type { Log } from '../log.js';
import { ListenError } from '../server/listener.js';

/** What is answered at a path. Nothing is ever taken from a client but the path. */
export interface Page {
  readonly path: string;
  answer(): Promise<Answer> | Answer;
}

export interface Answer {
  readonly status: 200 | 503;
  readonly type: string;
  readonly body: string;
}

export interface HttpServer {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** Ends all connections. */
  stop(): Promise<void>;
}

/** In ms. */
const PATIENCE_MS = 30_000;
const MOST_CONNECTIONS = 64;

/** Among others: the page may load from here alone, whatever stands in it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  connection: 'close',
} as const;

/**
 * Serves pages to read, over HTTP, from when it resolves; one request a connection, so that nobody can ask
 * for more than is taken. Throws a ListenError.
 */
export async function serveHttp(options: {
  readonly address: Extract<ListenAddress, { readonly port: number }>;
  readonly pages: readonly Page[];
  readonly log: Log;
  /** In ms: what a client gets to send its request and to take the answer. */
  readonly patienceMs?: number;
}): Promise<HttpServer> {
  const { address, pages, log, patienceMs = PATIENCE_MS } = options;
  const connections = new Set<Socket>();
  const server = createServer({ maxHeaderSize: 8192 }, (request, response) => {
    request.resume();
    void answer(request.method ?? '', request.url ?? '', response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = 1;
  server.on('connection', (connection: Socket) => {
    const late = setTimeout(() => connection.destroy(), patienceMs).unref();
    connections.add(connection);
    connection.once('close', () => {
      clearTimeout(late);
      connections.delete(connection);
    });
  });

  async function answer(method: string, url: string, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const path = url.split('?', 1)[0];
    const page = pages.find((each) => each.path === path);
    if (page === undefined) return say(response, 404, 'there is nothing here');
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return say(response, 405, 'pages are only read');
    }
    try {
      const { status, type, body } = await page.answer();
      response.writeHead(status, { 'content-type': type });
      response.end(method === 'HEAD' ? undefined : body);
    } catch (error) {
      log.error({ err: error }, 'a page could not be made');
      say(response, 500, 'unexpected error; the log of the driver has the details');
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${address.host ?? ''}:${address.port}`;
      const taken = 'code' in cause && cause.code === 'EADDRINUSE';
      const message = `cannot listen for HTTP at ${where}: ${cause.message}`;
      reject(new ListenError(taken ? 'in-use' : 'not-permitted', message, { cause }));
    });
    server.listen(address, resolve);
  });
  server.on('error', (error) => log.error({ err: error }, 'trouble with the HTTP port'));

  return {
    url: urlOf(server.address()),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

function urlOf(address: ReturnType<ReturnType<typeof createServer>['address']>): string {
  if (typeof address !== 'object' || address === null) return '';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
