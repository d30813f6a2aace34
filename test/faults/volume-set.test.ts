import { expect } from 'chai';
import { volumeSet } from '../../src/faults/volume-set.js';

describe('a set of volumes', () => {
  const names = new Map<string, string>();
  beforeEach(() => names.clear());
  /** Knows the volumes of `names`. */
  const set = () => volumeSet((id) => names.get(id));

  it('has what was added, by id or by the name that was asked for', () => {
    names.set('vol-1', 'data').set('vol-2', 'logs').set('vol-3', 'more');
    const volumes = set();
    volumes.add('vol-1', ['vol-1', 'data']);
    volumes.add(undefined, ['logs']);
    expect(['vol-1', 'vol-2', 'vol-3'].filter(volumes.has)).to.deep.equal(['vol-1', 'vol-2']);
  });

  it('keeps all volumes that there are', () => {
    const volumes = set();
    for (let number = 0; number < 3000; number += 1) {
      names.set(`vol-${number}`, `name-${number}`);
      volumes.add(`vol-${number}`, []);
    }
    expect([...names.keys()].every(volumes.has)).to.equal(true);
  });

  it('forgets volumes that are gone once there are many others', () => {
    const volumes = set();
    names.set('gone', 'gone');
    volumes.add('gone', []);
    names.delete('gone');
    for (let number = 0; number < 1000; number += 1) {
      names.set(`vol-${number}`, `name-${number}`);
      volumes.add(`vol-${number}`, []);
    }
    expect(volumes.has('gone')).to.equal(false);
  });

  it('awaits the last 1000 that are not there, and keeps those that came', () => {
    const volumes = set();
    volumes.add(undefined, ['first']);
    volumes.add(undefined, ['second']);
    names.set('vol-2', 'second');
    expect(volumes.has('vol-2')).to.equal(true);
    for (let number = 0; number < 1000; number += 1)
      volumes.add(`none-${number}`, [`none-${number}`]);
    names.set('vol-1', 'first');
    expect(['vol-1', 'vol-2', 'none-0'].map(volumes.has)).to.deep.equal([false, true, true]);
  });

  it('awaits no text that is far too long for a name', () => {
    const volumes = set();
    const long = 'x'.repeat(300);
    volumes.add(long, [long]);
    names.set('vol-1', long);
    expect(volumes.has('vol-1')).to.equal(false);
  });
});
