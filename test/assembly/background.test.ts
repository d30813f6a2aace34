import { expect } from 'chai';
import { background } from '../../src/assembly/background.js';
import { closedGate, settled } from '../services/gate.js';

const never = (): never => expect.fail('nothing fails here');

describe('background', () => {
  it('does one thing after the other', async () => {
    const gate = closedGate();
    const begun: string[] = [];
    const behind = background();
    behind.each(
      ['a', 'b'],
      async (item) => {
        begun.push(item);
        await gate.opened;
      },
      never,
    );
    await settled();
    expect(begun).to.deep.equal(['a']);
    gate.open();
    await settled();
    expect(begun).to.deep.equal(['a', 'b']);
    await behind.end();
  });

  it('tells what fails and goes on', async () => {
    const failures: [string, unknown][] = [];
    const done: string[] = [];
    const broken = new Error('broken');
    const behind = background();
    behind.each(
      ['a', 'b'],
      async (item) => {
        if (item === 'a') throw broken;
        done.push(item);
      },
      (...failure) => failures.push(failure),
    );
    await settled();
    expect(failures).to.deep.equal([['a', broken]]);
    expect(done).to.deep.equal(['b']);
    await behind.end();
  });

  it('ends with what is going on, and begins nothing more', async () => {
    const gate = closedGate();
    const done: string[] = [];
    const behind = background();
    behind.each(
      ['a', 'b'],
      async (item) => {
        await gate.opened;
        done.push(item);
      },
      never,
    );
    let hasEnded = false;
    const end = behind.end().then(() => {
      hasEnded = true;
    });
    await settled();
    expect(hasEnded).to.equal(false);
    gate.open();
    await end;
    await settled();
    expect(done).to.deep.equal(['a']);
    behind.each(['c'], async (item) => void done.push(item), never);
    await settled();
    expect(done).to.deep.equal(['a']);
  });
});
