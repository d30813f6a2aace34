import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createLog } from '../../src/log.js';
import { serveHttp, type HttpServer, type Page } from '../../src/http/http-server.js';
import { eventually } from '../integration/eventually.js';
import { PATIENCE_MS } from '../patience.js';
import { patiently } from '../patiently.js';

const REQUEST = 'GET /large HTTP/1.1\r\nhost: x\r\n\r\n';
const LARGE = 10_000_000;

describe('HTTP clients that do not behave', () => {
  let server: HttpServer | undefined;
  const sockets: Socket[] = [];
  let answers = 0;
  const large: Page = {
    path: '/large',
    answer() {
      answers += 1;
      return { status: 200, type: 'text/plain', body: 'x'.repeat(LARGE) };
    },
  };

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server?.stop();
    server = undefined;
  });

  async function serve(patienceMs: number): Promise<void> {
    const address = { host: '127.0.0.1', port: 0 };
    const log = createLog({
      level: 'silent',
      format: 'json',
      destination: { write: () => undefined },
    });
    await server?.stop();
    answers = 0;
    server = await serveHttp({ address, pages: [large], log, patienceMs });
  }

  function dial(): Socket {
    const socket = connect(Number(new URL(server?.url ?? '').port), '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    return socket;
  }

  it('that ask for more than they take are answered once', async () => {
    await serve(PATIENCE_MS);
    const greedy = dial();
    greedy.write(REQUEST.repeat(20));
    await eventually(() => expect(answers).to.equal(1));
    let text = '';
    greedy.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    await once(greedy, 'close');
    expect(answers).to.equal(1);
    expect(text.match(/HTTP\/1\.1 /g)).to.have.length(1);
    expect(text).to.match(/\r\nconnection: close\r\n/i);
    expect(text.length).to.be.greaterThan(LARGE);
  });

  it('that do not take their answer are cut off after a while', async () => {
    await patiently(200, async (limitMs) => {
      await serve(limitMs);
      const idle = dial();
      idle.write(REQUEST);
      await delay(2 * limitMs);
      expect(answers).to.equal(1);
      let length = 0;
      idle.on('data', (chunk: Buffer) => (length += chunk.length));
      await once(idle, 'close');
      expect(length).to.be.lessThan(LARGE);
    });
  });

  it('that send nothing are cut off after a while', async () => {
    await serve(50);
    await once(dial().resume(), 'close');
  });
});
