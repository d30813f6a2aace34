import { expect } from 'chai';
import { callMemory, type CallMemory } from '../../src/calls/call-memory.js';

const add = (memory: CallMemory, id: number, ...parts: (string | undefined)[]): void => {
  const [message, request, response] = parts.map((part) =>
    part === undefined ? undefined : Buffer.from(part),
  );
  const facts = {
    id,
    path: '/p',
    nodeId: 'n',
    volumeName: undefined,
    begunAt: 0,
    ms: 0,
    code: 'OK',
    cut: false,
  } as const;
  memory.add(facts, [message, request, response]);
};

/** The ids with their parts, as they are kept. */
const kept = (memory: CallMemory): unknown[] =>
  [...memory.calls()].map(([{ id }, parts]) => [id, ...parts.map((part) => part?.toString())]);

/** What a call takes beside its messages. */
const HEAD = 104;

describe('callMemory', () => {
  it('keeps calls in their order with each part as it was', () => {
    const memory = callMemory(10, 1000);
    add(memory, 1, undefined, 'request', 'response');
    add(memory, 2, 'why', '', undefined);
    expect(kept(memory)).to.deep.equal([
      [1, undefined, 'request', 'response'],
      [2, 'why', '', undefined],
    ]);
  });

  it('forgets the oldest call when there are too many', () => {
    const memory = callMemory(2, 1000);
    for (const id of [1, 2, 3]) add(memory, id, undefined, `r${id}`, undefined);
    expect(kept(memory)).to.deep.equal([
      [2, undefined, 'r2', undefined],
      [3, undefined, 'r3', undefined],
    ]);
  });

  it('forgets as many of the oldest as a new one needs bytes', () => {
    const memory = callMemory(100, 3 * HEAD + 32);
    for (const id of [1, 2, 3]) add(memory, id, undefined, `r${id}`, undefined);
    expect(kept(memory)).to.have.lengthOf(3);
    add(memory, 4, undefined, 'r4'.repeat(20), undefined);
    expect(kept(memory)).to.deep.equal([
      [3, undefined, 'r3', undefined],
      [4, undefined, 'r4'.repeat(20), undefined],
    ]);
  });

  it('never mixes what it keeps, whatever the sizes', () => {
    const memory = callMemory(7, 1001);
    for (let id = 1; id <= 5000; id += 1) {
      const text = String.fromCharCode(97 + (id % 26)).repeat((id * 7919) % 300);
      add(memory, id, undefined, text, text);
      const all = [...memory.calls()];
      const sizes = all.map(([, parts]) =>
        parts.reduce((sum, part) => sum + (part?.length ?? 0), 0),
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.at.most(1001);
      expect(all.length).to.be.within(1, 7);
      expect(all.at(-1)?.[0].id).to.equal(id);
      for (const [facts, [, request, response]] of all) {
        if (facts.cut) continue;
        const letter = String.fromCharCode(97 + (facts.id % 26));
        const whole = letter.repeat((facts.id * 7919) % 300);
        expect(request?.toString()).to.equal(whole);
        expect(response?.toString()).to.equal(whole);
      }
    }
  });

  it('keeps a call without its messages where they are larger than all its bytes', () => {
    const memory = callMemory(10, 3 * HEAD);
    add(memory, 1, undefined, 'aaa', undefined);
    add(memory, 2, undefined, 'b'.repeat(2 * HEAD + 1), undefined);
    expect(kept(memory)).to.deep.equal([
      [1, undefined, 'aaa', undefined],
      [2, undefined, undefined, undefined],
    ]);
    expect([...memory.calls()].map(([{ cut }]) => cut)).to.deep.equal([false, true]);
  });

  it('keeps all that is to be known of a call', () => {
    const memory = callMemory(10, 1000);
    const facts = { begunAt: 1.25, ms: 0.5, nodeId: 'node-2', cut: true } as const;
    const path = '/csi.v1.Identity/Probe';
    const known = { ...facts, id: 7, path, volumeName: 'dätä', code: 'DATA_LOSS' } as const;
    const unknown = {
      ...facts,
      id: 8,
      path: '/else/Where',
      volumeName: undefined,
      code: 'OK',
    } as const;
    for (const each of [known, unknown]) memory.add(each, [undefined, undefined, undefined]);
    expect([...memory.calls()].map(([each]) => each)).to.deep.equal([known, unknown]);
  });

  it('keeps nothing when it is to keep none', () => {
    const memory = callMemory(0, 1000);
    add(memory, 1, undefined, 'a', undefined);
    expect(kept(memory)).to.deep.equal([]);
  });

  it('forgets everything when it is cleared, and goes on', () => {
    const memory = callMemory(10, 2 * HEAD + 24);
    add(memory, 1, undefined, 'aaaa', undefined);
    add(memory, 2, undefined, 'bbbb', undefined);
    expect(memory.clear()).to.equal(2);
    expect(kept(memory)).to.deep.equal([]);
    add(memory, 3, undefined, 'cccc', undefined);
    expect(kept(memory)).to.deep.equal([[3, undefined, 'cccc', undefined]]);
  });
});
