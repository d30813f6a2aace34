import { expect } from 'chai';
import type { ContentCopy, CopyRequest } from '../../../src/host/copy/content-copy.js';
import { CopyError, NoRoomError } from '../../../src/host/copy/copy-error.js';
import { copies, type Copies } from '../../../src/services/controller/copies.js';
import { eventually } from '../../integration/eventually.js';
import { refused } from '../../integration/refusal.js';
import { rejectionOf } from '../../store/rejection.js';
import { closedGate, settled, type Gate } from '../gate.js';

const REQUEST: CopyRequest = {
  source: { kind: 'directory', path: '/source', identity: { device: 1n, inode: 2n } },
  bytes: 1n,
  volume: undefined,
};
const NAMES = { from: 'volume vol-1', to: 'snapshot snap-1' };

function failing(thrown: Error): ContentCopy {
  return () => Promise.reject(thrown);
}

/** Copies from these sources, by the paths that they go to. */
function begin(subject: Copies, wanted: Readonly<Record<string, string>>): Promise<unknown>[] {
  return Object.entries(wanted).map(async ([root, from]) =>
    subject.fillWith({ from, to: root }, REQUEST)(root),
  );
}

describe('copies', () => {
  let gates: Map<string, Gate>;
  let said: object[];
  /** A copy that goes on until its gate is opened, or it is ended. */
  const copy: ContentCopy = async (_request, root, { signal, progress }) => {
    const gate = closedGate();
    gates.set(root, gate);
    progress(42);
    signal.addEventListener('abort', gate.open);
    await gate.opened;
    if (signal.aborted) throw new CopyError('ended', 'the copy was ended');
  };
  const say = (details: object, message: string) => said.push({ ...details, message });

  beforeEach(() => {
    gates = new Map();
    said = [];
  });

  async function end(...roots: string[]): Promise<void> {
    for (const root of roots) gates.get(root)?.open();
    await settled();
  }

  it('a few go on side by side, the others wait for their turn, in order', async () => {
    const subject = copies({ copy, say, atOnce: 2 });
    const made = begin(subject, { a: 'vol-1', b: 'vol-2', c: 'vol-3', d: 'vol-4' });
    await settled();
    expect([...gates.keys()]).to.deep.equal(['a', 'b']);
    await end('b');
    expect([...gates.keys()]).to.deep.equal(['a', 'b', 'c']);
    await end('a', 'c');
    await end('d');
    await Promise.all(made);
    const again = begin(subject, { e: 'vol-1' });
    await settled();
    await end('e');
    expect(await Promise.all(again)).to.deep.equal([[]]);
  });

  it('two of one source go on; more wait, and let those of other sources pass', async () => {
    const subject = copies({ copy, say });
    const made = begin(subject, { a: 'vol-1', b: 'vol-1', c: 'vol-1', d: 'vol-1', e: 'vol-2' });
    await settled();
    expect([...gates.keys()]).to.deep.equal(['a', 'b', 'e']);
    await end('e');
    expect([...gates.keys()]).to.deep.equal(['a', 'b', 'e']);
    await end('a', 'b');
    expect([...gates.keys()]).to.deep.equal(['a', 'b', 'e', 'c', 'd']);
    await end('c', 'd');
    await Promise.all(made);
  });

  it('the log is told which one waits, and for what', async () => {
    const subject = copies({ copy, say, ofOneSource: 1 });
    const made = begin(subject, { a: 'vol-1', b: 'vol-1' });
    await settled();
    expect(said).to.deep.equal([
      { from: 'vol-1', to: 'b', going: ['vol-1'], message: 'a copy waits for others to end' },
    ]);
    await end('a');
    await end('b');
    await Promise.all(made);
  });

  it('one that fails gives its turn on', async () => {
    const subject = copies({ copy: failing(new Error('fails')), say, atOnce: 1 });
    for (const root of ['a', 'b', 'c']) {
      const made = subject.fillWith(NAMES, REQUEST)(root);
      expect(await rejectionOf(Promise.resolve(made), Error)).to.have.property('message', 'fails');
    }
  });

  it('the log is told how far it is', async () => {
    const subject = copies({ copy, say, progressMs: 1 });
    const made = subject.fillWith(NAMES, REQUEST)('a');
    await eventually(() => expect(said).not.to.deep.equal([]));
    gates.get('a')?.open();
    await made;
    expect(said[0]).to.deep.equal({ ...NAMES, bytes: 42, message: 'a copy is being made' });
    const told = said.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(said).to.have.lengthOf(told);
  });

  it('at the end all of them fail with UNAVAILABLE: those that go on, that wait, that come', async () => {
    const subject = copies({ copy, say, atOnce: 1 });
    const made = ['a', 'b'].map(async (root) => subject.fillWith(NAMES, REQUEST)(root));
    const areRefused = made.map((each) => refused(each, 'UNAVAILABLE', /volume vol-1/));
    await settled();
    subject.end();
    await Promise.all(areRefused);
    expect([...gates.keys()]).to.deep.equal(['a']);
    await refused(Promise.resolve(subject.fillWith(NAMES, REQUEST)('c')), 'UNAVAILABLE');
  });

  for (const [reason, code] of [
    ['unsettled', 'ABORTED'],
    ['not-readable', 'FAILED_PRECONDITION'],
  ] as const) {
    it(`${reason}: ${code}, with the reason`, async () => {
      const copying = failing(new CopyError(reason, 'do this'));
      const made = copies({ copy: copying, say }).fillWith(NAMES, REQUEST)('a');
      await refused(Promise.resolve(made), code, /^volume vol-1 cannot be copied: do this$/);
    });
  }

  it('no room goes to whoever knows what that means', async () => {
    const copying = failing(new NoRoomError('ENOSPC', 'full'));
    const made = copies({ copy: copying, say }).fillWith(NAMES, REQUEST)('a');
    await rejectionOf(Promise.resolve(made), NoRoomError);
  });
});
