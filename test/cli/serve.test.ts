import { expect } from 'chai';
import { EventEmitter, once } from 'node:events';
import { run } from '../../src/cli/serve.js';
import type { Options } from '../../src/options.js';
import { refusal } from '../options/refusal.js';
import { FakeIo } from './fake-io.js';

type State = 'made' | 'starting' | 'started' | 'stopping' | 'stopped';

/** A driver that waits at each step until it is let on, and tells `io` of every state it enters. */
class FakeDriver {
  state: State = 'made';
  starting = Promise.resolve();
  stopping = Promise.resolve();

  constructor(private readonly io: FakeIo) {}

  async start(): Promise<void> {
    this.enter('starting');
    await this.starting;
    this.enter('started');
  }

  async stop(): Promise<void> {
    this.enter('stopping');
    await this.stopping;
    this.enter('stopped');
  }

  private enter(state: State): void {
    this.state = state;
    this.io.emit(state);
  }
}

function closedGate(): { readonly opened: Promise<void>; open(): void } {
  const events = new EventEmitter();
  return {
    opened: once(events, 'open').then(() => undefined),
    open: () => events.emit('open'),
  };
}

describe('serve', () => {
  let io = new FakeIo();
  let driver = new FakeDriver(io);
  let made: Options[] = [];
  const serve = (...argv: string[]): Promise<number> =>
    run(argv, { CSI_ENDPOINT: 'unix:///run/csi.sock' }, io, (options) => {
      made.push(options);
      return driver;
    });
  beforeEach(() => {
    io = new FakeIo();
    driver = new FakeDriver(io);
    made = [];
  });

  afterEach(() => {
    for (const signal of ['SIGTERM', 'SIGINT']) expect(io.listenerCount(signal)).to.equal(0);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`serves with its options until ${signal}, stops and ends with 0`, async () => {
      const started = once(io, 'started');
      const code = serve('--nodeid=node-1');
      await started;
      expect(made.map((options) => [options.nodeId, options.endpoint])).to.deep.equal([
        ['node-1', 'unix:///run/csi.sock'],
      ]);
      io.emit(signal, signal);
      expect(await code).to.equal(0);
      expect(driver.state).to.equal('stopped');
      expect(io.exits).to.deep.equal([]);
    });
  }

  for (const [second, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`a second signal, ${second}, ends the process with ${code} while the driver still stops`, async () => {
      const gate = closedGate();
      driver.stopping = gate.opened;
      const [started, stopping] = [once(io, 'started'), once(io, 'stopping')];
      const ended = serve();
      await started;
      io.emit('SIGTERM', 'SIGTERM');
      await stopping;
      expect(io.exits).to.deep.equal([]);
      io.emit(second, second);
      expect(io.exits).to.deep.equal([code]);
      gate.open();
      await ended;
    });
  }

  it('a signal during the start stops the driver once it has started', async () => {
    const gate = closedGate();
    driver.starting = gate.opened;
    const starting = once(io, 'starting');
    const code = serve();
    await starting;
    io.emit('SIGINT', 'SIGINT');
    expect(driver.state).to.equal('starting');
    gate.open();
    expect(await code).to.equal(0);
    expect(driver.state).to.equal('stopped');
  });

  it('a start that fails is the failure of the command', async () => {
    driver.starting = Promise.reject(new Error('the socket is in use'));
    const error = await serve().catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'the socket is in use');
    expect(driver.state).to.equal('starting');
    expect(io.stdout.text).to.equal('');
  });

  it('a bad option makes no driver', async () => {
    const error = await serve('--sync=maybe').catch((thrown: unknown) => thrown);
    expect(
      refusal(() => {
        throw error;
      }).option,
    ).to.equal('sync');
    expect(made).to.deep.equal([]);
  });

  for (const isTTY of [true, false]) {
    it(`${isTTY ? 'says' : 'leaves to the log'} where it listens ${isTTY ? 'at a terminal' : 'elsewhere'}`, async () => {
      io.stdout.isTTY = isTTY;
      const started = once(io, 'started');
      const code = serve('--state-dir=/s', '--driver-name=a.test', '--nodeid=node-1');
      await started;
      io.emit('SIGTERM', 'SIGTERM');
      await code;
      const facts = ['unix:///run/csi.sock', 'a.test', 'node-1', '/s/pool', 'controller and node'];
      for (const fact of facts) expect(io.stdout.text.includes(fact), fact).to.equal(isTTY);
    });
  }
});
