import { expect } from 'chai';
import { sourceHolds } from '../../src/services/source-holds.js';
import { refused } from '../integration/refusal.js';
import { closedGate, settled } from './gate.js';

describe('holds on a source', () => {
  const never = new AbortController().signal;

  it('copies go side by side', async () => {
    const holds = sourceHolds('wait');
    await holds.share('a', never);
    await holds.share('a', never);
  });

  it('whoever is to be alone waits for all copies, and copies that come later for it', async () => {
    const holds = sourceHolds('wait');
    const said: string[] = [];
    const gate = closedGate();
    const first = await holds.share('a', never);
    const second = await holds.share('a', never);
    const alone = holds.alone('a', never, async () => {
      said.push('alone');
      await gate.opened;
    });
    const later = holds.share('a', never).then((release) => {
      said.push('later');
      release();
    });
    first();
    await settled();
    expect(said).to.deep.equal([]);
    second();
    await settled();
    expect(said).to.deep.equal(['alone']);
    gate.open();
    await Promise.all([alone, later]);
    expect(said).to.deep.equal(['alone', 'later']);
  });

  it('other sources do not wait', async () => {
    const holds = sourceHolds('wait');
    await holds.share('a', never);
    expect(await holds.alone('b', never, () => Promise.resolve('done'))).to.equal('done');
  });

  it('work that fails gives way', async () => {
    const holds = sourceHolds('wait');
    const failing = holds.alone('a', never, () => Promise.reject(new Error('fails')));
    await failing.catch(() => undefined);
    await holds.share('a', never);
  });

  it('releasing twice releases once', async () => {
    const holds = sourceHolds('wait');
    const release = await holds.share('a', never);
    await holds.share('a', never);
    release();
    release();
    let isAlone = false;
    void holds.alone('a', never, () => Promise.resolve((isAlone = true)));
    await settled();
    expect(isAlone).to.equal(false);
  });

  for (const when of ['before', 'while'] as const) {
    it(`a caller that gives up ${when} it waits: CANCELLED, it never runs, and nobody waits for it`, async () => {
      const holds = sourceHolds('wait');
      const caller = new AbortController();
      const release = await holds.share('a', never);
      if (when === 'before') caller.abort();
      let hasRun = false;
      const alone = holds.alone('a', caller.signal, () => Promise.resolve((hasRun = true)));
      const isRefused = refused(alone, 'CANCELLED', /a/);
      const later = holds.share('a', never);
      caller.abort();
      await isRefused;
      await later;
      release();
      await settled();
      expect(hasRun).to.equal(false);
    });
  }

  it('a caller that gives up once it holds keeps its hold', async () => {
    const holds = sourceHolds('wait');
    const caller = new AbortController();
    await holds.share('a', caller.signal);
    caller.abort();
    let isAlone = false;
    void holds.alone('a', never, () => Promise.resolve((isAlone = true)));
    await settled();
    expect(isAlone).to.equal(false);
  });

  it('with overlap "abort": ABORTED at once for whoever would wait', async () => {
    const holds = sourceHolds('abort');
    const release = await holds.share('a', never);
    await holds.share('a', never);
    const alone = () => holds.alone('a', never, () => Promise.resolve('done'));
    await refused(alone(), 'ABORTED', /try again later/);
    release();
    await refused(alone(), 'ABORTED');
  });
});
