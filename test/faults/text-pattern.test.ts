import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { textTest, type TextPattern } from '../../src/faults/text-pattern.js';

const glob = (text: string): TextPattern => ({ kind: 'glob', text });
const regex = (source: string): TextPattern => ({ kind: 'regex', source });

const HOPELESS = `${'a'.repeat(60)}b`;

describe('text patterns', function () {
  // What an expression may take is time that passes, also while the machine stands still.
  this.retries(2);
  beforeEach(() => nextTurn());

  const cases: [string, TextPattern, readonly string[], readonly string[]][] = [
    ['text', { kind: 'equals', text: 'a*' }, ['a*'], ['a', 'ab', 'a**', '']],
    ['*', glob('*'), ['', 'a', '*'], []],
    ['a*', glob('a*'), ['a', 'ab'], ['ba', '']],
    ['*a', glob('*a'), ['a', 'ba', 'aa'], ['ab', '']],
    ['a*b*c', glob('a*b*c'), ['abc', 'a-b-c', 'abbc'], ['acb', 'ac', 'ab', 'bc']],
    ['ab*ba', glob('ab*ba'), ['abba', 'ab-ba'], ['aba', 'ab']],
    ['a.c', glob('a.c'), ['a.c'], ['abc']],
    ['a plain expression', regex('^pvc-[0-9a-f]+$'), ['pvc-0af'], ['pvc-', 'xpvc-0', 'pvc-g']],
    ['an expression with groups', regex('^(?:a|b)+c$'), ['abac'], ['c', 'abd']],
    ['an expression without anchors', regex('b'), ['abc'], ['ac', '']],
    ['any of some', { kind: 'any of', patterns: [glob('a*'), regex('^b$')] }, ['ax', 'b'], ['bx']],
  ];
  for (const [title, pattern, matching, others] of cases) {
    it(`${title} matches ${JSON.stringify(matching)}`, () => {
      expect(matching.filter(textTest(pattern))).to.deep.equal(matching);
    });
    it(`${title} matches none of ${JSON.stringify(others)}`, () => {
      expect(others.filter(textTest(pattern))).to.deep.equal([]);
    });
  }

  it('an expression that would take for ever is given up, told of, and matches no more', async () => {
    let told = 0;
    const test = textTest(regex('^(a+)+$'), () => (told += 1));
    expect(test('aaa')).to.equal(true);
    expect(test(HOPELESS)).to.equal(false);
    await nextTurn();
    expect([test('aaa'), test(HOPELESS), told]).to.deep.equal([false, false, 1]);
  });

  it('expressions share their time: those that come too late are not tried, until the next turn', async () => {
    let told = 0;
    const tests = Array.from({ length: 20 }, () => textTest(regex('^(a+)+$'), () => (told += 1)));
    const other = textTest(regex('^(?:a|b)+$'));
    expect(tests.map((test) => test(HOPELESS))).not.to.include(true);
    expect([other('ab'), told]).to.deep.equal([false, 1]);
    await nextTurn();
    expect([other('ab'), told]).to.deep.equal([true, 1]);
  });

  it('a long text is looked at in bounded time too', () => {
    expect(textTest(regex('[a]+[a]+b'))('a'.repeat(200_000))).to.equal(false);
  });

  it('what is no expression is refused', () => {
    expect(() => textTest(regex('('))).to.throw(SyntaxError);
  });
});
