/** Control and invisible characters, and what no text may hold: a driver's words reach a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

/** The longest text that a report quotes, in characters; a driver may answer with megabytes. */
const LONGEST = 1000;

/** Text on one line that shows what it would otherwise do: `\n`, `\u{1b}`. Cut when it is very long. */
export function printable(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return cut.replaceAll(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  if (character === '\n') return String.raw`\n`;
  if (character === '\t') return String.raw`\t`;
  return String.raw`\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}
