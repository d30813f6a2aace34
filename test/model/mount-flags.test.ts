import { expect } from 'chai';
import { takesBack } from '../../src/model/mount-flags.js';

const OPPOSITES = [
  ['ro', 'rw'],
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
  ['noexec', 'exec'],
  ['nodiratime', 'diratime'],
  ['nosymfollow', 'symfollow'],
] as const;
const ATIMES = ['noatime', 'relatime', 'strictatime'];

describe('takesBack', () => {
  for (const [set, clear] of OPPOSITES) {
    const cases: [string[], string[], boolean][] = [
      [[set], [clear], true],
      [[clear, set], [set, clear], true],
      [[set], ['noatime', clear, 'defaults'], true],
      [[set], [], false],
      [[set], ['defaults'], false],
      [[set], [set], false],
      [[set], [clear, set], false],
      [[set, clear], [clear], false],
      [[], [clear], false],
      [[clear], [set], false],
    ];
    for (const [earlier, flags, expected] of cases) {
      it(`"${earlier.join(',')}" and then "${flags.join(',')}": ${expected}`, () => {
        expect(takesBack(earlier, flags)).to.equal(expected);
      });
    }
  }

  it('a flag is taken back by its opposite alone', () => {
    for (const [set, own] of OPPOSITES) {
      for (const [, clear] of OPPOSITES.filter(([, each]) => each !== own)) {
        expect(takesBack([set], [clear]), `${set} and then ${clear}`).to.equal(false);
      }
    }
  });

  it('another access time takes nothing back', () => {
    for (const earlier of ATIMES) {
      for (const later of ATIMES) expect(takesBack([earlier], [later])).to.equal(false);
    }
  });
});
