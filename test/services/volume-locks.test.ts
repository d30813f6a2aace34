import { expect } from 'chai';
import { volumeLocks, type VolumeLocks } from '../../src/services/volume-locks.js';
import { refused } from '../integration/refusal.js';
import { closedGate, settled, type Gate } from './gate.js';
import { refuses } from './status.js';

/** A call that runs until its gate opens and writes down when it begins and ends. */
interface TestCall extends Gate {
  readonly result: Promise<string>;
  giveUp(): void;
}

describe('volumeLocks', () => {
  let locks: VolumeLocks = volumeLocks('wait');
  let events: string[] = [];
  beforeEach(() => {
    locks = volumeLocks('wait');
    events = [];
  });

  function call(name: string, key: string, caller = new AbortController()): TestCall {
    const gate = closedGate();
    const result = locks.run(key, caller.signal, async () => {
      events.push(`${name} begins`);
      await gate.opened;
      events.push(`${name} ends`);
      return name;
    });
    return { ...gate, result, giveUp: () => caller.abort() };
  }

  it('calls on one key run one after the other, in order of arrival', async () => {
    const calls = ['a', 'b', 'c'].map((name) => call(name, 'vol-1'));
    for (const each of calls.toReversed()) each.open();
    expect(await Promise.all(calls.map(({ result }) => result))).to.deep.equal(['a', 'b', 'c']);
    expect(events).to.deep.equal(
      ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('calls on different keys run side by side', async () => {
    const calls = [call('a', 'vol-1'), call('b', 'vol-2'), call('c', '__proto__')];
    await settled();
    expect(events).to.deep.equal(['a begins', 'b begins', 'c begins']);
    for (const each of calls) each.open();
    await Promise.all(calls.map(({ result }) => result));
  });

  it('a call that fails is the failure of its own caller only', async () => {
    const failing = locks.run('vol-1', new AbortController().signal, async () => {
      throw new Error('the disk is full');
    });
    const next = call('b', 'vol-1');
    next.open();
    const failure = await failing.catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'the disk is full');
    expect(await next.result).to.equal('b');
  });

  it('a caller that has given up before does not run, even when nobody else is in line', async () => {
    const caller = new AbortController();
    caller.abort();
    await refused(call('a', 'vol-1', caller).result, 'CANCELLED', /vol-1/);
    expect(events).to.deep.equal([]);
  });

  it('a caller that gives up while it waits gets CANCELLED at once, and its call never runs', async () => {
    const first = call('a', 'vol-1');
    const second = call('b', 'vol-1');
    second.open();
    second.giveUp();
    await refused(second.result, 'CANCELLED', /vol-1/);
    first.open();
    await first.result;
    await settled();
    expect(events).to.deep.equal(['a begins', 'a ends']);
  });

  it('those behind a caller that gave up still wait for the calls before it', async () => {
    const first = call('a', 'vol-1');
    const second = call('b', 'vol-1');
    const third = call('c', 'vol-1');
    second.giveUp();
    third.open();
    await refused(second.result, 'CANCELLED');
    await settled();
    expect(events).to.deep.equal(['a begins']);
    first.open();
    await third.result;
    expect(events).to.deep.equal(['a begins', 'a ends', 'c begins', 'c ends']);
  });

  it('a caller that had given up before it came to wait gets CANCELLED', async () => {
    const first = call('a', 'vol-1');
    const caller = new AbortController();
    caller.abort();
    await refused(call('b', 'vol-1', caller).result, 'CANCELLED');
    first.open();
    await first.result;
    await settled();
    expect(events).to.deep.equal(['a begins', 'a ends']);
  });

  it('a call that has begun runs to its end, and the next one waits for it', async () => {
    const first = call('a', 'vol-1');
    const second = call('b', 'vol-1');
    second.open();
    first.giveUp();
    await settled();
    expect(events).to.deep.equal(['a begins']);
    first.open();
    expect([await first.result, await second.result]).to.deep.equal(['a', 'b']);
  });

  describe("overlap 'abort'", () => {
    beforeEach(() => {
      locks = volumeLocks('abort');
    });

    it('a key that is taken: ABORTED, and the call never runs', async () => {
      const first = call('a', 'vol-1');
      refuses(() => call('b', 'vol-1'), 'ABORTED', /vol-1/);
      first.open();
      await first.result;
      await settled();
      expect(events).to.deep.equal(['a begins', 'a ends']);
    });

    it('work that is no call of a CO waits for its turn, and refuses those that come', async () => {
      const first = call('a', 'vol-1');
      const own = locks.runInTurn('vol-1', new AbortController().signal, async () => {
        events.push('own work');
      });
      refuses(() => call('b', 'vol-1'), 'ABORTED', /vol-1/);
      first.open();
      await Promise.all([first.result, own]);
      expect(events).to.deep.equal(['a begins', 'a ends', 'own work']);
    });

    it('another key, and the same one afterwards: OK', async () => {
      const first = call('a', 'vol-1');
      const other = call('b', 'vol-2');
      first.open();
      other.open();
      await Promise.all([first.result, other.result]);
      await settled();
      const next = call('c', 'vol-1');
      next.open();
      expect(await next.result).to.equal('c');
    });
  });
});
