import { connect } from 'node:net';
import { expect } from 'chai';
import type { NodeHandlers } from '../../src/csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../src/csi/handler.js';
import { csi } from '../../src/csi/proto.js';
import { StatusError, type Code } from '../../src/csi/status.js';
import { refused } from '../integration/refusal.js';
import { frame, rawStream, type RawStream } from './raw-stream.js';
import { withSite } from './site.js';

const HIDDEN = 'unexpected error; the log of the driver has the details';

describe('what a caller is answered', () => {
  const site = withSite();
  const node = (handlers: Partial<Handlers<NodeHandlers>>): Promise<unknown> =>
    site.serve([{ definition: csi.Node.service, handlers }]);

  /** Answers NodeExpandVolume with an error. */
  const throwing = (thrown: unknown): Promise<unknown> =>
    node({
      NodeExpandVolume() {
        throw thrown;
      },
    });
  const call = (): Promise<unknown> => site.connect().node.NodeExpandVolume({ volume_id: 'v' });

  /** Expects one line about a method, and returns it. */
  function theLine(method: string): Readonly<Record<string, unknown>> {
    const lines = site.about(method);
    expect(lines).to.have.lengthOf(1);
    return lines[0] ?? {};
  }

  it('a response, at once or later', async () => {
    await node({
      NodeExpandVolume: ({ volume_id }) => ({ capacity_bytes: volume_id.length }),
      NodeGetInfo: () =>
        Promise.resolve({ node_id: 'n', max_volumes_per_node: '9007199254740993' }),
    });
    expect(await call()).to.deep.equal({ capacity_bytes: '1' });
    expect(await site.connect().node.NodeGetInfo({})).to.deep.equal({
      node_id: 'n',
      max_volumes_per_node: '9007199254740993',
      accessible_topology: null,
    });
  });

  describe('a StatusError is its code and its message', () => {
    const codes: Code[] = [
      'CANCELLED',
      'UNKNOWN',
      'INVALID_ARGUMENT',
      'DEADLINE_EXCEEDED',
      'NOT_FOUND',
      'ALREADY_EXISTS',
      'PERMISSION_DENIED',
      'RESOURCE_EXHAUSTED',
      'FAILED_PRECONDITION',
      'ABORTED',
      'OUT_OF_RANGE',
      'UNIMPLEMENTED',
      'INTERNAL',
      'UNAVAILABLE',
      'DATA_LOSS',
      'UNAUTHENTICATED',
    ];
    for (const code of codes) {
      it(code, async () => {
        await throwing(new StatusError(code, `the message of ${code}`));
        await refused(call(), code, new RegExp(`^the message of ${code}$`));
        expect(theLine('NodeExpandVolume')).to.include({
          code,
          reason: `the message of ${code}`,
        });
      });
    }

    const messages: [title: string, message: string, received: RegExp][] = [
      ['with characters of all kinds', '100% "ü" €\n\t\0 😀', /^100% "ü" €\n\t\0 😀$/],
      ['with half a surrogate pair', 'a\ud800b', /^a\ufffdb$/],
      ['that is empty', '', /^$/],
      ['that fits into no header', 'x'.repeat(2 ** 20), /^x{1000,2000}\.\.\.$/],
      ['that fits into none for its wide characters', '€'.repeat(2 ** 16), /^€{500,700}\.\.\.$/],
    ];
    for (const [title, message, received] of messages) {
      it(`a message ${title}; calls after it are answered, too`, async () => {
        await throwing(new StatusError('NOT_FOUND', message));
        const client = site.connect();
        await refused(client.node.NodeExpandVolume({}), 'NOT_FOUND', received);
        await refused(client.node.NodeExpandVolume({}), 'NOT_FOUND', received);
      });
    }
  });

  describe('anything else that goes wrong is INTERNAL without its text, and logged with its stack', () => {
    const secret = new TypeError('cannot read hunter2');
    const thrown: [title: string, handlers: Partial<Handlers<NodeHandlers>>][] = [
      [
        'an error at once',
        {
          NodeExpandVolume() {
            throw secret;
          },
        },
      ],
      ['an error later', { NodeExpandVolume: () => Promise.reject(secret) }],
      [
        'an error after a turn of the event loop',
        {
          async NodeExpandVolume() {
            await new Promise(setImmediate);
            throw secret;
          },
        },
      ],
      [
        'a response with a part that cannot be sent',
        {
          NodeExpandVolume: () => ({
            get capacity_bytes(): number {
              throw secret;
            },
          }),
        },
      ],
    ];
    for (const [title, handlers] of thrown) {
      it(title, async () => {
        await node(handlers);
        await refused(call(), 'INTERNAL', new RegExp(`^${HIDDEN}$`));
        const line = theLine('NodeExpandVolume');
        expect(line).to.include({ level: 'error', code: 'INTERNAL', volume: 'v', reason: HIDDEN });
        expect(line).to.have.nested.property('err.message', 'cannot read hunter2');
        expect(line).to.have.nested.property('err.stack').that.includes('answers.test');
      });
    }

    for (const value of [undefined, null, 'hunter2', { hunter: 2 }]) {
      it(`thrown: ${JSON.stringify(value)}`, async () => {
        await throwing(value);
        await refused(call(), 'INTERNAL', new RegExp(`^${HIDDEN}$`));
        expect(theLine('NodeExpandVolume')).to.include({ level: 'error', code: 'INTERNAL' });
      });
    }

    it('the cause of a StatusError is logged and not sent', async () => {
      await throwing(new StatusError('ABORTED', 'busy', { cause: secret }));
      await refused(call(), 'ABORTED', /^busy$/);
      const line = theLine('NodeExpandVolume');
      expect(line).to.have.nested.property('err.message', 'cannot read hunter2');
    });

    it('an INTERNAL of a handler is logged with the stack of where it was thrown', async () => {
      await throwing(new StatusError('INTERNAL', 'the pool is damaged'));
      await refused(call(), 'INTERNAL', /^the pool is damaged$/);
      const line = theLine('NodeExpandVolume');
      expect(line).to.have.nested.property('err.stack').that.includes('answers.test');
    });
  });

  describe('UNIMPLEMENTED that names what was called', () => {
    it('an RPC without a handler', async () => {
      await node({});
      await refused(call(), 'UNIMPLEMENTED', /\/csi\.v1\.Node\/NodeExpandVolume$/);
      expect(theLine('NodeExpandVolume')).to.include({ level: 'warn', code: 'UNIMPLEMENTED' });
    });

    it('a service that is not served', async () => {
      await node({});
      const creation = site.connect().controller.CreateVolume({});
      await refused(creation, 'UNIMPLEMENTED', /\/csi\.v1\.Controller\/CreateVolume$/);
      expect(theLine('CreateVolume')).to.include({ level: 'warn', code: 'UNIMPLEMENTED' });
    });
  });

  describe('calls that never reach a handler leave their line, too', () => {
    const path = '/csi.v1.Node/NodeExpandVolume';
    let handled = 0;
    let stream: RawStream | undefined;

    beforeEach(async () => {
      handled = 0;
      await node({
        NodeExpandVolume() {
          handled += 1;
          return {};
        },
      });
    });
    afterEach(() => stream?.destroy());

    const cases: [title: string, at: string, sent: readonly Buffer[], code: Code][] = [
      ['an RPC of a later version', '/csi.v1.Node/NodeFly', [frame(Buffer.of())], 'UNIMPLEMENTED'],
      ['a service of a later version', '/csi.v2.Node/NodeFly', [], 'UNIMPLEMENTED'],
      ['a path without a method', '/', [], 'UNIMPLEMENTED'],
      ['malformed bytes', path, [frame(Buffer.of(0xff, 0xff))], 'INTERNAL'],
      ['a part that is cut off', path, [frame(Buffer.of(0x1a, 0x05, 0x08))], 'INTERNAL'],
      ['a request that is too large', path, [frame(Buffer.alloc(4097))], 'RESOURCE_EXHAUSTED'],
      ['one that claims to be', path, [frame(Buffer.of(), 0xffffffff)], 'RESOURCE_EXHAUSTED'],
      ['no request', path, [], 'UNIMPLEMENTED'],
      ['two requests', path, [frame(Buffer.of()), frame(Buffer.of())], 'UNIMPLEMENTED'],
    ];
    for (const [title, at, sent, code] of cases) {
      it(`${title}: ${code}`, async () => {
        stream = rawStream(site.socketPath, at);
        for (const bytes of sent) stream.send(bytes);
        stream.finish();
        expect(await stream.code).to.equal(code);
        expect(handled).to.equal(0);
        expect(theLine(at.slice(at.lastIndexOf('/') + 1))).to.include({ code });
        expect(site.lines).to.have.lengthOf(1);
      });
    }

    it('a stream that goes on is answered without waiting for its end', async () => {
      stream = rawStream(site.socketPath, '/csi.v2.Node/Watch');
      expect(await stream.code).to.equal('UNIMPLEMENTED');
      expect(theLine('Watch')).to.include({ code: 'UNIMPLEMENTED' });
    });

    it('a deadline that is no time: INTERNAL', async () => {
      stream = rawStream(site.socketPath, path, { 'grpc-timeout': 'soon' });
      expect(await stream.code).to.equal('INTERNAL');
      expect(theLine('NodeExpandVolume')).to.include({ code: 'INTERNAL' });
    });

    const parts: [title: string, before: readonly Buffer[]][] = [
      ['of which nothing is there', []],
      ['of which all but the end is there', [frame(Buffer.of())]],
    ];
    for (const [title, before] of parts) {
      it(`a deadline that passes during a request ${title}: DEADLINE_EXCEEDED`, async () => {
        stream = rawStream(site.socketPath, path, { 'grpc-timeout': '20m' });
        for (const bytes of before) stream.send(bytes);
        expect(await stream.code).to.equal('DEADLINE_EXCEEDED');
        if (before.length === 0) stream.send(frame(Buffer.of()));
        stream.finish();
        await site.connect().node.NodeExpandVolume({});
        expect(handled).to.equal(1);
        const codes = site.about('NodeExpandVolume').map(({ code }) => code);
        expect(codes).to.deep.equal(['DEADLINE_EXCEEDED', 'OK']);
      });
    }

    it('a request of just the size that is allowed is handled', async () => {
      // A tag, a length of two bytes, and the text.
      const request = { volume_id: 'x'.repeat(4096 - 3) };
      await site.connect().node.NodeExpandVolume(request);
      expect(handled).to.equal(1);
    });
  });

  it('bytes that are no HTTP/2 end their own connection only', async () => {
    await node({ NodeExpandVolume: () => ({}) });
    const client = site.connect();
    await client.node.NodeExpandVolume({});
    const connection = connect(site.socketPath).resume();
    connection.on('error', () => undefined).write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => connection.once('close', resolve));
    await client.node.NodeExpandVolume({});
    expect(site.about('NodeExpandVolume')).to.have.lengthOf(2);
  });
});
