import { expect } from 'chai';
import { knownKeys } from '../../src/yaml/known-keys.js';
import { locate, plain, type Blame } from '../../src/yaml/located.js';

/** What a text holds, and its mistakes as `line:column message`. */
function read(text: string): { readonly value: unknown; readonly mistakes: readonly string[] } {
  const mistakes: string[] = [];
  const blame: Blame = ({ line, column }, message) => {
    mistakes.push(`${line}:${column} ${message}`);
    return undefined;
  };
  const found = locate(text, blame);
  return { value: found && plain(found), mistakes };
}

describe('located text', () => {
  const good: [string, string, unknown][] = [
    ['nothing', '', undefined],
    ['a comment', '# nothing\n', undefined],
    ['YAML', 'a: [1, x, true, null]\nb: {c: 1.5}\n', { a: [1, 'x', true, null], b: { c: 1.5 } }],
    ['a text behind a byte order mark', '\ufeff- a', ['a']],
    ['JSON with tabs', '{\n\t"a": [\n\t\t1\n\t]\n}', { a: [1] }],
    ['lines that end with CR LF', '- a\r\n- b\r\n', ['a', 'b']],
    ['JSON', '{"a": [1, "x", true, null]}', { a: [1, 'x', true, null] }],
    ['a key without a value', 'a:\n', { a: null }],
    ['text of several lines', 'a: |\n  b\n  c\n', { a: 'b\nc\n' }],
    ['a whole number beyond what a number holds', '9223372036854775807', '9223372036854775807'],
    ['the key __proto__', '{"__proto__": 1}', Object.fromEntries([['__proto__', 1]])],
  ];
  for (const [title, text, value] of good) {
    it(`reads ${title}`, () => {
      expect(read(text)).to.deep.equal({ value, mistakes: [] });
    });
  }

  const bad: [string, string, RegExp][] = [
    ['what is neither YAML nor JSON', 'a: {b: 1', /^1:9 is neither YAML nor JSON/],
    ['a key that is there twice', 'a: 1\nb: 2\na: 3', /^3:1 the key is there twice$/],
    ['a second document', 'a: 1\n---\nb: 2', /^2:1 begins a second document/],
    ['an alias', 'a: 1\nb: *a', /^2:4 is an alias: text that begins with \* needs quotes$/],
    ['an alias of an anchor', 'a: &x 1\nb: *x', /^2:4 is an alias/],
    ['a key that is a list', '? [a]\n: 1', /^1:3 is no text, but stands where a key does$/],
    ['bytes', 'a: !!binary aGk=', /^1:13 is a kind of value that is not used here$/],
    ['a text of more than 1 MiB', 'a'.repeat(2 ** 20 + 1), /^1:1 is longer than 1048576/],
    ...['[', '{a: ', '- ', '? '].map((deeper): [string, string, RegExp] => [
      `what is nested too deeply by ${deeper}`,
      deeper.repeat(50_000),
      /^1:1 is nested too deeply$/,
    ]),
    ['what is nested too deeply by spaces', `a:\n${' '.repeat(300)}b: 1`, /^1:1 is nested/],
  ];
  for (const [title, text, mistake] of bad) {
    it(`refuses ${title}, and says where`, () => {
      const { value, mistakes } = read(text);
      expect(mistakes[0]).to.match(mistake);
      expect(value === undefined || mistakes.length > 0).to.equal(true);
    });
  }

  it('does not quote the text in what it says of it', () => {
    for (const text of ['a: "s3cret', 'a: *s3cret', 's3cret: 1\ns3cret: 2', '- s3cret\na: 1']) {
      expect(read(text).mistakes.join()).not.to.include('s3cret').and.not.to.equal('');
    }
  });
});

describe('known keys', () => {
  it('are taken', () => expect(keysOf('volume: a\nnode: b')).to.deep.equal([]));
  it('are the only ones, and the nearest is named', () => {
    expect(keysOf('node: b\nvolme: a')).to.deep.equal([
      '2:1 unknown key "volme"; did you mean volume?',
    ]);
  });
  it('stand in a map', () => expect(keysOf('[a]')).to.deep.equal(['1:1 expected a place']));
});

/** The mistakes in a map of which two keys are known. */
function keysOf(text: string): string[] {
  const mistakes: string[] = [];
  const blame: Blame = ({ line, column }, message) => {
    mistakes.push(`${line}:${column} ${message}`);
    return undefined;
  };
  const root = locate(text, blame);
  if (root !== undefined) knownKeys(root, ['volume', 'node'], 'a place', blame);
  return mistakes;
}
