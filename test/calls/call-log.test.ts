import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { callRecorder, type CallRecorder } from '../../src/calls/call-log.js';
import type { CallRecord } from '../../src/calls/call-record.js';
import type { CallFacts } from '../../src/calls/kept-call.js';
import { settled } from '../services/gate.js';
import { DELETE, endedCall, PROBE, PUBLISH } from './sample-call.js';

const ids = (records: readonly CallRecord[]): number[] => records.map(({ id }) => id);

describe('callRecorder', () => {
  let recorder: CallRecorder;
  let told: CallFacts[];
  /** Of the volumes that there are, by their ids. */
  const names = new Map<string, string>();
  const publish = (volume_id: string): void =>
    recorder.observer('node-1')(endedCall(PUBLISH, { volume_id }));

  beforeEach(() => {
    told = [];
    names.clear();
    recorder = callRecorder({
      calls: 3,
      bytes: 65_536,
      outlets: [(facts) => void told.push(facts)],
      volumeName: (id) => names.get(id),
    });
  });
  afterEach(() => recorder.close());

  it('numbers the calls of all nodes from 1 on, and keeps the latest', () => {
    for (const node of ['node-1', 'node-2', 'node-1', 'node-2']) {
      recorder.observer(node)(endedCall(PROBE));
    }
    expect(recorder.list().map(({ id, node }) => [id, node])).to.deep.equal([
      [2, 'node-2'],
      [3, 'node-1'],
      [4, 'node-2'],
    ]);
    expect(told.map(({ id }) => id)).to.deep.equal([1, 2, 3, 4]);
  });

  it('lists what fits, and of it the last', () => {
    for (const volume of ['a', 'b', 'a']) publish(volume);
    expect(ids(recorder.list({ volume: 'a' }))).to.deep.equal([1, 3]);
    expect(ids(recorder.list({ volume: 'a' }, 1))).to.deep.equal([3]);
    expect(ids(recorder.list({}, 0))).to.deep.equal([]);
  });

  it('keeps what was received and answered, whatever is done to the messages later', () => {
    const request = { volume_id: 'a' };
    recorder.observer('node-1')(endedCall(PUBLISH, request));
    request.volume_id = 'changed';
    expect(recorder.list()[0]?.request).to.deep.equal({ volume_id: 'a' });
  });

  it('knows volumes by their names, also once they are gone', () => {
    names.set('vol-1', 'data').set('vol-2', 'logs');
    publish('vol-1');
    publish('vol-2');
    names.clear();
    publish('vol-1');
    expect(ids(recorder.list({ volume: 'data' }))).to.deep.equal([1, 3]);
    expect(recorder.list().map(({ volume }) => volume)).to.deep.equal(['data', 'logs', 'data']);
  });

  it('knows the name of a volume that the first call about it removes', async () => {
    names.set('vol-1', 'data');
    const request = { volume_id: 'vol-1' };
    const method = { service: 'Controller', rpc: 'DeleteVolume', path: DELETE } as const;
    const call = { signal: AbortSignal.abort(), warn: () => undefined, drop: () => undefined };
    await recorder.layer(method, request, call, async () => {
      names.delete('vol-1');
      return {};
    });
    recorder.observer('node-1')(endedCall(DELETE, request));
    expect(ids(recorder.list({ volume: 'data' }))).to.deep.equal([1]);
  });

  it('forgets when it is reset; the numbers go on', () => {
    publish('a');
    expect(recorder.reset()).to.equal(1);
    expect(recorder.list()).to.deep.equal([]);
    publish('a');
    expect(ids(recorder.list())).to.deep.equal([2]);
  });

  it('tells those who follow of what fits, until they have enough', async () => {
    const seen: CallRecord[] = [];
    const end = recorder.follow((call) => seen.push(call), { volume: 'a' });
    for (const volume of ['a', 'b', 'a']) publish(volume);
    await settled();
    end();
    publish('a');
    await settled();
    expect(ids(seen)).to.deep.equal([1, 3]);
  });

  it('tells those who follow also when it keeps nothing', async () => {
    const none = callRecorder({
      calls: 0,
      bytes: 65_536,
      outlets: [],
      volumeName: () => undefined,
    });
    const seen: CallRecord[] = [];
    none.follow((call) => seen.push(call));
    none.observer('node-1')(endedCall(PROBE));
    await settled();
    expect(ids(seen)).to.deep.equal([1]);
    expect(none.list()).to.deep.equal([]);
  });

  it('waits for a call that fits', async () => {
    publish('a');
    const waiting = recorder.wait({ volume: 'b' }, { timeoutMs: 60_000 });
    publish('a');
    publish('b');
    expect(await waiting).to.include({ id: 3 });
  });

  for (const timeoutMs of [Infinity, 2 ** 31, Number.MAX_VALUE]) {
    it(`waits ${timeoutMs} ms`, async () => {
      const waiting = recorder.wait({ volume: 'b' }, { timeoutMs });
      // Longer than a timer that is too long takes.
      await delay(20);
      publish('b');
      expect(await waiting).to.include({ id: 1 });
    });
  }

  it('does not wait where such a call is kept already', async () => {
    publish('a');
    publish('a');
    expect(await recorder.wait({ volume: 'a' }, { timeoutMs: 0 })).to.include({ id: 1 });
  });

  for (const [title, end] of [
    ['when the time is over', () => undefined],
    ['when nobody waits any longer', (abort: AbortController) => abort.abort()],
    ['when the driver stops', () => recorder.close()],
  ] as const) {
    it(`ends a wait without a call ${title}`, async () => {
      const abort = new AbortController();
      const timeoutMs = title.includes('time') ? 5 : 60_000;
      const waiting = recorder.wait({ volume: 'b' }, { timeoutMs, signal: abort.signal });
      end(abort);
      expect(await waiting).to.equal(undefined);
      publish('b');
    });
  }

  it('does not begin to wait after the driver stopped', async () => {
    recorder.close();
    expect(await recorder.wait({}, { timeoutMs: 60_000 })).to.equal(undefined);
  });
});
