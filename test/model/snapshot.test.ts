import { expect } from 'chai';
import {
  decideRepeatedSnapshot,
  decideSnapshotParameters,
  sameSource,
  type Source,
} from '../../src/model/snapshot.js';
import { snapshot } from '../store/samples.js';

describe('decideRepeatedSnapshot', () => {
  const existing = snapshot('snap-1', { name: 'daily', sourceVolumeId: 'vol-1' });
  const asked = { name: 'daily', sourceVolumeId: 'vol-1', parameters: {} };

  it('the same volume: OK (idempotent)', () => {
    expect(decideRepeatedSnapshot(asked, existing)).to.deep.equal({ answer: 'OK (idempotent)' });
  });
  it('another volume: ALREADY_EXISTS that names the snapshot and its volume', () => {
    const verdict = decideRepeatedSnapshot({ ...asked, sourceVolumeId: 'vol-2' }, existing);
    expect(verdict.answer).to.equal('ALREADY_EXISTS');
    expect(verdict)
      .to.have.property('message')
      .that.matches(/snap-1.*vol-1/);
  });
});

describe('decideSnapshotParameters', () => {
  it('none: OK', () => {
    expect(decideSnapshotParameters({})).to.deep.equal({ answer: 'OK' });
  });
  for (const [key, words] of [
    ['incremental', /^parameters\["incremental"\]/],
    ['__proto__', /^parameters\["__proto__"\]/],
    ['x'.repeat(5000), /^parameters\["x{100}"\.\.\.\]/],
  ] as const) {
    it(`${key.slice(0, 20)}: INVALID_ARGUMENT that names it`, () => {
      const verdict = decideSnapshotParameters(Object.fromEntries([[key, '']]));
      expect(verdict.answer).to.equal('INVALID_ARGUMENT');
      expect(verdict).to.have.property('message').that.matches(words);
    });
  }
});

describe('sameSource', () => {
  const sources: (Source | null)[] = [
    null,
    { kind: 'volume', id: 'a' },
    { kind: 'snapshot', id: 'a' },
    { kind: 'volume', id: 'b' },
  ];
  for (const [at, one] of sources.entries()) {
    for (const [other, two] of sources.entries()) {
      it(`${JSON.stringify(one)} and ${JSON.stringify(two)}: ${at === other}`, () => {
        expect(sameSource(one && { ...one }, two)).to.equal(at === other);
      });
    }
  }
});
