import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Follow, type Route } from '../../src/admin/routes.js';
import { eventually } from '../integration/eventually.js';
import { patiently } from '../patiently.js';
import { withAdminSite } from './site.js';

const HELLO: Route = { method: 'GET', path: '/v1/hello', answer: () => ({ hello: 'world' }) };

describe('admin clients that do not behave', () => {
  const site = withAdminSite();

  it('that send no HTTP are turned away', async () => {
    await site.serve([HELLO]);
    const socket = site.dial();
    socket.resume().write('\u0016\u0003 this is no HTTP\r\n\r\n');
    await once(socket, 'close');
    expect(await site.ask('GET', '/v1/hello')).to.include({ status: 200 });
  });

  it('that send an endless head are turned away', async () => {
    await site.serve([HELLO]);
    const socket = site.dial();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume().write(`GET /v1/hello HTTP/1.1\r\nx: ${'x'.repeat(100_000)}`);
    await closed;
    expect(await site.ask('GET', '/v1/hello')).to.include({ status: 200 });
  });

  it('that hang keep nobody waiting, also not a stop', async () => {
    const server = await site.serve([HELLO]);
    const hanging = Array.from({ length: 20 }, () => site.dial());
    for (const socket of hanging) socket.resume();
    hanging[0]?.write('POST /v1/hello HTTP/1.1\r\ncontent-length: 10\r\n\r\nx');
    expect(await site.ask('GET', '/v1/hello')).to.include({ status: 200 });
    await server.stop();
    await eventually(() => expect(hanging.every(({ closed }) => closed)).to.equal(true));
  });

  for (const [title, sent] of [
    ['send nothing', ''],
    ['do not end their request', 'POST /v1/hello HTTP/1.1\r\ncontent-length: 10\r\n\r\nx'],
  ] as const) {
    it(`that ${title} are cut off after a while`, async () => {
      await site.serve([HELLO], 20);
      const socket = site.dial();
      socket.resume().write(sent);
      await once(socket, 'close');
    });
  }

  it('that do not take their answer are cut off after a while', async () => {
    let signal: AbortSignal | undefined;
    const large: Route = {
      ...HELLO,
      answer(request) {
        ({ signal } = request);
        return { text: 'x'.repeat(10_000_000) };
      },
    };
    await patiently(200, async (limitMs) => {
      signal = undefined;
      const server = await site.serve([large], limitMs);
      try {
        const socket = site.dial();
        socket.write('GET /v1/hello HTTP/1.1\r\nhost: x\r\n\r\n');
        await delay(2 * limitMs);
        expect(signal, 'the request came in time').to.not.equal(undefined);
        await eventually(() => expect(signal?.aborted).to.equal(true));
        let length = 0;
        socket.on('data', (chunk: Buffer) => (length += chunk.length));
        await once(socket, 'close');
        expect(length).to.be.lessThan(10_000_000);
      } finally {
        await server.stop();
      }
    });
  });

  it('that ask for more than they take are answered once', async () => {
    let answers = 0;
    const counted: Route = { ...HELLO, answer: () => ({ answers: (answers += 1) }) };
    await site.serve([counted]);
    const socket = site.dial();
    socket.write('GET /v1/hello HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(100));
    await once(socket.resume(), 'close');
    expect(answers).to.equal(1);
  });

  it('but not those that wait for an answer', async () => {
    await patiently(200, async (limitMs) => {
      const slow: Route = { ...HELLO, answer: () => delay(2 * limitMs, { late: true }) };
      const server = await site.serve([slow], limitMs);
      try {
        expect((await site.ask('GET', '/v1/hello')).body).to.deep.equal({ late: true });
      } finally {
        await server.stop();
      }
    });
  });

  it('that are too many are turned away, and let others in when they go', async () => {
    await site.serve([HELLO]);
    const many = Array.from({ length: 64 }, () => site.dial());
    await Promise.all(many.map((socket) => once(socket, 'connect')));
    await site.ask('GET', '/v1/hello').then(
      () => expect.fail('there was room'),
      () => undefined,
    );
    for (const socket of many) socket.destroy();
    await eventually(async () => {
      expect(await site.ask('GET', '/v1/hello')).to.include({ status: 200 });
    });
  });

  it('that follow and take nothing are cut off', async () => {
    let ended = false;
    const endless: Route = {
      ...HELLO,
      answer: () =>
        new Follow((send) => {
          const timer = setInterval(() => send({ text: 'x'.repeat(100_000) }), 1);
          return () => {
            clearInterval(timer);
            ended = true;
          };
        }),
    };
    await site.serve([endless]);
    const socket = site.dial();
    socket.write('GET /v1/hello HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(() => expect(ended).to.equal(true));
  });
});
