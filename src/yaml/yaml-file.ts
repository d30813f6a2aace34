import { readFileSync } from 'node:fs';
import { isTooDeep } from './nesting.js';
import { parser } from './parser.js';
import { TextFileError } from './text-file-error.js';

/**
 * Reads a file of YAML in which every value is text, as written. Throws a TextFileError that quotes
 * nothing of what is in the file: it may hold secrets.
 */
export function readYaml(path: string): unknown {
  const { LineCounter, parseDocument } = parser();
  const lineCounter = new LineCounter();
  const text = read(path);
  if (isTooDeep(text)) throw new TextFileError(`${path}: is nested too deeply`);
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    logLevel: 'error',
    lineCounter,
  });
  const [first] = document.errors;
  if (first !== undefined) {
    const { line } = lineCounter.linePos(first.pos[0]);
    throw new TextFileError(`${path}: line ${line} is not YAML (${first.code})`);
  }
  try {
    return document.toJS();
  } catch (error) {
    // Its message may quote the file.
    if (!(error instanceof ReferenceError)) throw error;
    throw new TextFileError(`${path}: an alias is unknown, or there are too many`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TextFileError(error instanceof Error ? error.message : `${path} cannot be read`);
  }
}
