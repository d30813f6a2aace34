import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { adminClient, AdminError } from '../../src/admin/admin-client.js';
import { Follow, type Route } from '../../src/admin/routes.js';
import { StatusError } from '../../src/csi/status.js';
import { withAdminSite } from './site.js';

const route = (answer: Route['answer']): Route => ({ method: 'GET', path: '/v1/x', answer });

describe('adminClient', () => {
  const site = withAdminSite();
  let other: Server | undefined;
  afterEach(() => {
    other?.close();
    other = undefined;
  });

  /** Something at the socket that is no driver: says `text` and hangs up. */
  async function somethingElse(text: string): Promise<void> {
    other = createServer((connection) => {
      connection.on('error', () => undefined);
      connection.once('data', () => connection.end(text));
    });
    other.listen(site.socketPath);
    await once(other, 'listening');
  }
  const asked = (): Promise<unknown> => adminClient(site.socketPath).ask('GET', '/x');
  const followed = async (): Promise<void> => {
    for await (const _item of adminClient(site.socketPath).follow('/x'));
  };
  const refusal = async (call: () => Promise<unknown> = asked): Promise<AdminError> => {
    const thrown: unknown = await call().catch((error: unknown) => error);
    if (!(thrown instanceof AdminError)) throw new Error('it was not refused', { cause: thrown });
    return thrown;
  };

  it('resolves with what is answered', async () => {
    await site.serve([route(() => ({ a: 1 }))]);
    expect(await adminClient(site.socketPath).ask('GET', '/x')).to.deep.equal({ a: 1 });
  });

  it('rejects with the code and the words of a refusal', async () => {
    const refused = new StatusError('NOT_FOUND', 'no such thing');
    await site.serve([route(() => Promise.reject(refused))]);
    expect(await refusal()).to.include({ code: 'NOT_FOUND', message: 'no such thing' });
  });

  it('follows to the end', async () => {
    const counting = new Follow((send) => {
      for (const count of [1, 2, 3]) send({ count });
      return () => undefined;
    });
    const server = await site.serve([route(() => counting)]);
    const seen: unknown[] = [];
    for await (const item of adminClient(site.socketPath).follow('/x')) {
      seen.push(item);
      if (seen.length === 3) void server.stop();
    }
    expect(seen).to.deep.equal([{ count: 1 }, { count: 2 }, { count: 3 }]);
  });

  it('says that nobody is there', async () => {
    const { code, message } = await refusal();
    expect(code).to.equal('UNAVAILABLE');
    expect(message).to.contain(`no driver answers at ${site.socketPath} (ENOENT)`);
  });

  for (const [title, text, message] of [
    ['hangs up', '', 'no driver answers'],
    ['speaks no HTTP', 'hello\r\n\r\n', 'no driver answers'],
    ['speaks no JSON', 'HTTP/1.1 200 OK\r\n\r\nhello', 'the answer is no JSON'],
    ['refuses without JSON', 'HTTP/1.1 404 Not Found\r\n\r\nhello', 'the answer is no JSON'],
    [
      'stops in the middle of a refusal',
      'HTTP/1.1 409 Conflict\r\ncontent-length: 10\r\n\r\n{',
      'the driver ended before it had answered',
    ],
    [
      'stops in the middle',
      'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{',
      'the driver ended before it had answered',
    ],
  ] as const) {
    for (const [what, call] of [
      ['asked', asked],
      ['followed', followed],
    ] as const) {
      it(`says so when what is there ${title}, being ${what}`, async () => {
        await somethingElse(text);
        expect((await refusal(call)).message).to.contain(message);
      });
    }
  }
});
