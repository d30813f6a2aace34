import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPastNames } from '../../src/host/past-names.js';

describe('past names', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'csi-mock-past-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('outlive the process', () => {
    openPastNames(join(directory, 'past'), 3).add('a');
    const names = openPastNames(join(directory, 'past'), 3);
    expect([names.has('a'), names.has('b')]).to.deep.equal([true, false]);
  });

  it('are forgotten, the oldest first, beyond the most', () => {
    const names = openPastNames(directory, 2);
    for (const name of ['a', 'b', 'a', 'c']) names.add(name);
    expect(['a', 'b', 'c'].filter((name) => names.has(name))).to.deep.equal(['a', 'c']);
    expect(readdirSync(directory)).to.have.members(['a', 'c']);
  });

  it('are forgotten by their age after a restart', () => {
    const before = openPastNames(directory, 3);
    for (const name of ['a', 'b', 'c']) before.add(name);
    const age = (name: string, seconds: number) =>
      utimesSync(join(directory, name), seconds, seconds);
    age('a', 30);
    age('b', 10);
    age('c', 20);
    const names = openPastNames(directory, 3);
    names.add('d');
    expect(['a', 'b', 'c', 'd'].filter((name) => names.has(name))).to.deep.equal(['a', 'c', 'd']);
  });
});
