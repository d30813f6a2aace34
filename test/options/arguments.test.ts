import { expect } from 'chai';
import { readArguments } from '../../src/options/arguments.js';
import { FIELDS, flagName } from '../../src/options/given.js';
import type { Option } from '../../src/options/option.js';
import { OPTIONS } from '../../src/options/table.js';
import { refusal } from './refusal.js';

describe('readArguments', () => {
  for (const field of FIELDS) {
    const { aliases = [], kind }: Option<unknown> = OPTIONS[field];
    for (const name of [flagName(field), ...aliases]) {
      for (const dashes of ['-', '--']) {
        const written = `${dashes}${name}`;
        const under = `--${name}`;
        it(`${written}=x`, () => {
          const { given, notices } = readArguments([`${written}=x=y`]);
          expect(given).to.deep.equal({ [field]: { value: 'x=y', under } });
          expect(notices).to.deep.equal([]);
        });
        if (kind.form === 'switch') {
          it(`${written} is on when it stands alone`, () => {
            expect(readArguments([written, '--sync=x']).given[field]).to.deep.equal({
              value: 'true',
              under,
            });
          });
        } else {
          it(`${written} x`, () => {
            expect(readArguments([written, 'x']).given).to.deep.equal({
              [field]: { value: 'x', under },
            });
          });
        }
      }
    }
  }

  it('takes a number below zero for a value, and an empty value for one', () => {
    expect(readArguments(['-attach-limit', '-1', '--nodeid=']).given).to.deep.equal({
      attachLimit: { value: '-1', under: '--attach-limit' },
      nodeId: { value: '', under: '--nodeid' },
    });
  });

  it('lets the last of several count', () => {
    const { given } = readArguments([
      '--driver-name=a',
      '-drivername',
      'b',
      '--attach',
      '--enable-attach=F',
    ]);
    expect(given).to.deep.equal({
      driverName: { value: 'b', under: '--drivername' },
      attach: { value: 'F', under: '--enable-attach' },
    });
  });

  it('adds lists up', () => {
    const { given } = readArguments([
      '-capacity',
      'slow=1Gi',
      '--services=',
      '--capacity=fast=2Gi,x=1',
      '--services=node',
    ]);
    expect(given.capacity?.value).to.equal('slow=1Gi,fast=2Gi,x=1');
    expect(given.services?.value).to.equal('node');
  });

  for (const [title, argv, message] of [
    [
      'an unknown option',
      ['--stat-dir=/s'],
      'unknown option --stat-dir; did you mean --state-dir?',
    ],
    [
      'an unknown option with one dash',
      ['-nodeld', 'n'],
      'unknown option --nodeld; did you mean --nodeid?',
    ],
    [
      'the beginning of an option',
      ['--shutdown'],
      'unknown option --shutdown; did you mean --shutdown-grace?',
    ],
    ['an unknown option that is near to none', ['--frobnicate'], 'unknown option --frobnicate'],
    ['a letter that is no option', ['-x'], /^unknown option --x/],
    ['a name of Object.prototype', ['--constructor=1'], 'unknown option --constructor'],
    ['__proto__', ['--__proto__=1'], 'unknown option --__proto__'],
    ['a negated switch', ['--no-attach'], /^unknown option --no-attach/],
    [
      'an option without its value at the end',
      ['--state-dir'],
      'option state-dir: expected the path of a directory, got nothing',
    ],
    [
      'an option where a value was due',
      ['--statedir', '-attach'],
      'option state-dir: expected the path of a directory, got nothing',
    ],
    [
      'a value after a switch',
      ['--enable-attach', 'false'],
      `unexpected argument 'false'; a switch takes its value after "=", as in --enable-attach=false`,
    ],
    ['a word', ['--sync=never', 'word'], "unexpected argument 'word'"],
    ['whatever follows --', ['--', '--sync=never'], "unexpected argument '--sync=never'"],
  ] as const) {
    it(`refuses ${title}`, () => {
      const { message: found } = refusal(() => readArguments(argv));
      if (typeof message === 'string') expect(found).to.equal(message);
      else expect(found).to.match(message);
    });
  }
});
