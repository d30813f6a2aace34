import { request } from 'node:http';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serveAdmin, type AdminServer } from '../../src/admin/admin-server.js';
import type { Route } from '../../src/admin/routes.js';
import { createLog } from '../../src/log.js';

export interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

/** A directory with an admin server in it; everything is ended and removed after each test. */
export interface AdminSite {
  readonly socketPath: string;
  readonly lines: readonly string[];
  serve(routes: readonly Route[], patienceMs?: number): Promise<AdminServer>;
  ask(method: string, path: string, body?: string | Buffer): Promise<Answer>;
  /** A connection on which nothing is sent yet. */
  dial(): Socket;
}

export function withAdminSite(): AdminSite {
  let directory = '';
  let servers: AdminServer[] = [];
  let sockets: Socket[] = [];
  let lines: string[] = [];
  const log = createLog({
    level: 'debug',
    format: 'json',
    destination: { write: (line) => void lines.push(line) },
  });

  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'csi-mock-test-')));
    lines = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => server.stop()));
    [servers, sockets] = [[], []];
    rmSync(directory, { recursive: true });
  });

  const site: AdminSite = {
    get socketPath() {
      return join(directory, 'admin.sock');
    },
    get lines() {
      return lines;
    },
    async serve(routes, patienceMs = 60_000) {
      const { socketPath } = site;
      const server = await serveAdmin({ socketPath, routes, log, patienceMs });
      servers.push(server);
      return server;
    },
    ask: (method, path, body) => ask(site.socketPath, method, path, body),
    dial() {
      const socket = connect(site.socketPath);
      socket.on('error', () => undefined);
      sockets.push(socket);
      return socket;
    },
  };
  return site;
}

/** Asks an admin socket as any HTTP client would. */
export async function ask(
  socketPath: string,
  method: string,
  path: string,
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path }, (response) => {
      text(response).then(
        (json) => resolve({ status: response.statusCode, body: JSON.parse(json) }),
        reject,
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
