import { parser } from './parser.js';

/** Deeper than any text of a person; the parser itself takes whatever it gets, until the process ends. */
const DEEPEST = 64;

/** In spaces, of a line. */
const WIDEST_INDENT = 256;

/** Precedes the text of a scalar among the lexemes. */
const SCALAR = '\u001f';

/** Whether a text is nested so deeply that it must not be parsed. Looks no further than up to there. */
export function isTooDeep(text: string): boolean {
  const { Lexer } = parser();
  let collections = 0;
  let entriesOnLine = 0;
  let previous = '\n';
  for (const lexeme of new Lexer().lex(text)) {
    if (previous !== SCALAR) {
      if (lexeme === '[' || lexeme === '{') collections += 1;
      if (lexeme === ']' || lexeme === '}') collections -= 1;
      if (lexeme === '-' || lexeme === '?') entriesOnLine += 1;
      if (lexeme === '\n') entriesOnLine = 0;
      const isIndent = previous === '\n' && lexeme.startsWith(' ');
      if (isIndent && lexeme.length > WIDEST_INDENT) return true;
    }
    if (collections > DEEPEST || entriesOnLine > DEEPEST) return true;
    previous = lexeme;
  }
  return false;
}
