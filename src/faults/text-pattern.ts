import { Script, createContext, type Context } from 'node:vm';

/** Which texts are meant. */
export type TextPattern =
  | { readonly kind: 'equals'; readonly text: string }
  /** `*` stands for any text, also for none. */
  | { readonly kind: 'glob'; readonly text: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'any of'; readonly patterns: readonly TextPattern[] };

export type TextTest = (text: string) => boolean;

/** In ms: what all expressions together may take before other events have their turn. */
const BUDGET = 250;

/** In ms: with less left, no expression is tried. */
const LEAST_TIME = 10;

/** In characters: plain expressions are fast on texts up to here. */
const SHORT = 256;

/** Two repetitions of one character at most, and neither groups nor choices. */
const PLAIN_REGEX =
  /^[^()|*+?{}\\[\]]*(?:(?:\[[^\\[\]]*\]|\.|\\[dws])[*+]?[^()|*+?{}\\[\]]*){0,2}$/;

/**
 * Compiles a pattern. Throws a SyntaxError where a regular expression is none. `outOfTime` is told when an
 * expression took too long; from then on it matches nothing.
 */
export function textTest(pattern: TextPattern, outOfTime: () => void = () => undefined): TextTest {
  switch (pattern.kind) {
    case 'equals':
      return (text) => text === pattern.text;
    case 'glob':
      return glob(pattern.text.split('*'));
    case 'regex':
      return regex(pattern.source, outOfTime);
    case 'any of': {
      const tests = pattern.patterns.map((each) => textTest(each, outOfTime));
      return (text) => tests.some((test) => test(text));
    }
  }
}

/** By the parts between the `*`: no text takes long, as it may with a regular expression. */
function glob([first = '', ...rest]: readonly string[]): TextTest {
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  const edges = first.length + last.length;
  return (text) => {
    if (text.length < edges || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let from = first.length;
    for (let index = 0; index < rest.length; index += 1) {
      const part = rest[index] ?? '';
      const found = text.indexOf(part, from);
      if (found < 0 || found + part.length > end) return false;
      from = found + part.length;
    }
    return true;
  };
}

/** The texts come from whoever calls, and some expressions take for ever with some texts. */
function regex(source: string, outOfTime: () => void): TextTest {
  const expression = new RegExp(source, 'u');
  const isPlain = PLAIN_REGEX.test(source);
  const timed = timedTest(expression, outOfTime);
  return (text) => (isPlain && text.length <= SHORT ? expression.test(text) : timed(text));
}

const scope = { expression: /(?:)/u, text: '' };
const script = new Script('expression.test(text)');
/** Made for the first that needs it. */
let context: Context | undefined;
/** In ms: what is left of the budget. An expression that runs stops everything else in the process. */
let left = BUDGET;

function timedTest(expression: RegExp, outOfTime: () => void): TextTest {
  let isOff = false;
  return (text) => {
    if (isOff || left < LEAST_TIME) return false;
    context ??= createContext(scope);
    Object.assign(scope, { expression, text });
    if (left === BUDGET) setImmediate(() => (left = BUDGET));
    const begun = performance.now();
    try {
      return script.runInContext(context, { timeout: Math.ceil(left) }) === true;
    } catch {
      isOff = true;
      outOfTime();
      return false;
    } finally {
      left -= performance.now() - begun;
    }
  };
}
