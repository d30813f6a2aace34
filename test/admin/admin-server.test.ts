import { once } from 'node:events';
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from 'chai';
import type { Route } from '../../src/admin/routes.js';
import { CallFilterError } from '../../src/calls/call-filter.js';
import { StatusError } from '../../src/csi/status.js';
import { FaultRuleError } from '../../src/faults/fault-rule-error.js';
import { ListenError } from '../../src/server/listener.js';
import { eventually } from '../integration/eventually.js';
import { withAdminSite } from './site.js';

const HELLO: Route = { method: 'GET', path: '/v1/hello', answer: () => ({ hello: 'world' }) };
const failing = (error: unknown): Route => ({
  ...HELLO,
  answer() {
    throw error;
  },
});

describe('serveAdmin', () => {
  const site = withAdminSite();

  it('answers with JSON, one request a connection', async () => {
    await site.serve([HELLO]);
    expect(await site.ask('GET', '/v1/hello')).to.deep.equal({
      status: 200,
      body: { hello: 'world' },
    });
    const socket = site.dial();
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => (said += text));
    const request = 'GET /v1/hello HTTP/1.1\r\nhost: x\r\n\r\n';
    socket.write(request + request);
    await once(socket, 'close');
    expect(said.match(/HTTP\/1\.1/g)).to.have.lengthOf(1);
  });

  it('listens for its own user alone', async () => {
    await site.serve([HELLO]);
    expect(statSync(site.socketPath).mode & 0o777).to.equal(0o600);
  });

  it('gives the parts of a path, decoded, and a part of none is none', async () => {
    const route: Route = {
      ...HELLO,
      path: '/v1/things/:id/of/:node',
      answer: (request) => ({ id: request.param('id'), node: request.param('node') }),
    };
    await site.serve([route]);
    expect((await site.ask('GET', '/v1/things/a%2Fb%20c/of/%ff')).body).to.deep.equal({
      id: 'a/b c',
      node: '%ff',
    });
    expect(await site.ask('GET', '/v1/things//of/n')).to.deep.include({ status: 404 });
  });

  it('says what there is, where the method is wrong', async () => {
    await site.serve([HELLO, { ...HELLO, method: 'DELETE' }]);
    expect(await site.ask('POST', '/v1/hello', 'x'.repeat(100_000))).to.deep.equal({
      status: 405,
      body: { error: { code: 'UNIMPLEMENTED', message: '/v1/hello takes GET, DELETE' } },
    });
  });

  for (const path of ['/', '/v1', '/v1/hell', '/v1/hello/', '/v2/hello', '/v1/hello/x']) {
    it(`has nothing at ${path}`, async () => {
      await site.serve([HELLO]);
      expect(await site.ask('GET', path)).to.deep.equal({
        status: 404,
        body: { error: { code: 'NOT_FOUND', message: `there is nothing at ${path}` } },
      });
    });
  }

  for (const [error, status, code, message] of [
    [new StatusError('NOT_FOUND', 'no such volume'), 404, 'NOT_FOUND', 'no such volume'],
    [new StatusError('UNAVAILABLE', 'starting'), 503, 'UNAVAILABLE', 'starting'],
    [new StatusError('FAILED_PRECONDITION', 'busy'), 409, 'FAILED_PRECONDITION', 'busy'],
    [new CallFilterError('no RPC'), 400, 'INVALID_ARGUMENT', 'no RPC'],
    [
      new FaultRuleError([{ line: 2, column: 3, message: 'bad' }]),
      400,
      'INVALID_ARGUMENT',
      'line 2, column 3: bad',
    ],
    [
      new TypeError('hunter2'),
      500,
      'INTERNAL',
      'unexpected error; the log of the driver has the details',
    ],
  ] as const) {
    it(`answers ${status} for ${error.name} ${code}`, async () => {
      await site.serve([failing(error)]);
      expect(await site.ask('GET', '/v1/hello')).to.deep.equal({
        status,
        body: { error: { code, message } },
      });
      expect(site.lines.length > 0).to.equal(status === 500);
    });
  }

  describe('a body', () => {
    const echo: Route = {
      method: 'POST',
      path: '/v1/echo',
      answer: async (request) => ({ json: await request.json() }),
    };

    it('is read as JSON', async () => {
      await site.serve([echo]);
      expect((await site.ask('POST', '/v1/echo', '{"a":[1]}')).body).to.deep.equal({
        json: { a: [1] },
      });
    });

    for (const body of ['', 'no', '[1]', '"a"', 'null']) {
      it(`that is no JSON object is refused: ${body || 'nothing'}`, async () => {
        await site.serve([echo]);
        const { status, body: answer } = await site.ask('POST', '/v1/echo', body);
        expect(status).to.equal(400);
        expect(JSON.stringify(answer)).to.contain('INVALID_ARGUMENT').and.to.contain('JSON');
      });
    }

    it('that is huge is refused', async () => {
      await site.serve([echo]);
      const answer = await site.ask('POST', '/v1/echo', Buffer.alloc(2 ** 20 + 1, 'x'));
      expect(answer).to.deep.equal({
        status: 413,
        body: { error: { code: 'RESOURCE_EXHAUSTED', message: 'body: longer than 1048576 bytes' } },
      });
    });
  });

  describe('a query', () => {
    const listing: Route = { ...HELLO, answer: (request) => request.query('a', 'b') };

    it('is read by name', async () => {
      await site.serve([listing]);
      expect((await site.ask('GET', '/v1/hello?b=x%26y&a=')).body).to.deep.equal({
        a: '',
        b: 'x&y',
      });
    });

    for (const [query, message] of [
      ['c=1', 'query: expected a, b, got "c"'],
      ['a=1&a=2', 'query: a is given more than once'],
      ['__proto__=1', 'query: expected a, b, got "__proto__"'],
    ] as const) {
      it(`that makes no sense is refused: ${query}`, async () => {
        await site.serve([listing]);
        expect(await site.ask('GET', `/v1/hello?${query}`)).to.deep.equal({
          status: 400,
          body: { error: { code: 'INVALID_ARGUMENT', message } },
        });
      });
    }
  });

  it('tells a route when its client is gone', async () => {
    let seen: AbortSignal | undefined;
    const hanging: Route = {
      ...HELLO,
      answer({ signal }) {
        seen = signal;
        return new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      },
    };
    await site.serve([hanging]);
    const socket = site.dial();
    socket.write('GET /v1/hello HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(() => expect(seen?.aborted).to.equal(false));
    socket.destroy();
    await eventually(() => expect(seen?.aborted).to.equal(true));
  });

  describe('its socket', () => {
    it('is gone when it stops', async () => {
      const server = await site.serve([HELLO]);
      await server.stop();
      expect(existsSync(site.socketPath)).to.equal(false);
    });

    it('takes the place of one that a process which is gone left behind', async () => {
      const stale = createServer().listen(`${site.socketPath}.stale`);
      await once(stale, 'listening');
      renameSync(`${site.socketPath}.stale`, site.socketPath);
      stale.close();
      await site.serve([HELLO]);
      expect(await site.ask('GET', '/v1/hello')).to.include({ status: 200 });
    });

    it('is refused where another listens, which goes on', async () => {
      await site.serve([HELLO]);
      const error: unknown = await site.serve([]).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(ListenError).and.include({ reason: 'in-use' });
      expect(await site.ask('GET', '/v1/hello')).to.include({ status: 200 });
    });

    it('is refused where there is something else, which stays', async () => {
      writeFileSync(site.socketPath, 'mine');
      const error: unknown = await site.serve([]).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(ListenError).and.include({ reason: 'no-socket' });
      expect(existsSync(site.socketPath)).to.equal(true);
    });
  });
});
