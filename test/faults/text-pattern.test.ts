import { expect } from 'chai';
import { textTest, type TextPattern } from '../../src/faults/text-pattern.js';

const glob = (text: string): TextPattern => ({ kind: 'glob', text });
const regex = (source: string): TextPattern => ({ kind: 'regex', source });

describe('text patterns', () => {
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
    const test = textTest(pattern);
    it(`${title} matches ${JSON.stringify(matching)}`, () => {
      expect(matching.filter(test)).to.deep.equal(matching);
    });
    it(`${title} matches none of ${JSON.stringify(others)}`, () => {
      expect(others.filter(test)).to.deep.equal([]);
    });
  }

  it('an expression that would take for ever is given up and does not match', () => {
    const test = textTest(regex('^(a+)+$'));
    expect(test(`${'a'.repeat(60)}b`)).to.equal(false);
    expect(test('aaa')).to.equal(true);
  });

  it('a long text is looked at in bounded time too', () => {
    expect(textTest(regex('[a]+[a]+b'))('a'.repeat(200_000))).to.equal(false);
  });

  it('what is no expression is refused', () => {
    expect(() => textTest(regex('('))).to.throw(SyntaxError);
  });
});
