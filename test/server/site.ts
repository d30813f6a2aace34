import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Client } from '../../src/csi/client.js';
import { createLog } from '../../src/log.js';
import { serve, type ServedService, type ServeOptions, type Server } from '../../src/server.js';

/** A line of the log, parsed. */
export type Line = Readonly<Record<string, unknown>>;

/** A directory with servers on sockets in it, their log and their clients. */
export interface Site {
  readonly directory: string;
  readonly socketPath: string;
  /** Everything logged since the test began. */
  readonly lines: readonly Line[];
  /** The lines that are about calls of a method, as they have it. */
  about(method: string): readonly Line[];
  serve(services: readonly ServedService[], options?: Partial<ServeOptions>): Promise<Server>;
  connect(): Client;
}

/** A site for each test of a suite; everything is ended and removed after it. */
export function withSite(): Site {
  let directory = '';
  let lines: Line[] = [];
  let servers: Server[] = [];
  let clients: Client[] = [];
  const log = createLog({
    level: 'debug',
    format: 'json',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });

  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'csi-mock-test-')));
    lines = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await Promise.all(servers.map((server) => server.stop({ graceMs: 0 })));
    [clients, servers] = [[], []];
    rmSync(directory, { recursive: true });
  });

  return {
    get directory() {
      return directory;
    },
    get socketPath() {
      return join(directory, 'csi.sock');
    },
    get lines() {
      return lines;
    },
    about: (method) => lines.filter((line) => line['method'] === method),
    async serve(services, options) {
      const server = await serve({
        socketPath: join(directory, 'csi.sock'),
        socketMode: 0o600,
        maxRequestBytes: 4096,
        log,
        services,
        ...options,
      });
      servers.push(server);
      return server;
    },
    connect() {
      const client = connect(join(directory, 'csi.sock'));
      clients.push(client);
      return client;
    },
  };
}
