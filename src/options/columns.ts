const WIDTH = 96;
const COLUMN = 32;

/**
 * Two columns in lines of at most 96; the second starts on a line of its own when the first is too wide.
 */
export function row(left: string, right: string): string {
  const [first = '', ...rest] = wrapped(right, WIDTH - COLUMN);
  const indented = rest.map((line) => ' '.repeat(COLUMN) + line);
  const start =
    left.length < COLUMN - 1
      ? left.padEnd(COLUMN) + first
      : `${left}\n${' '.repeat(COLUMN)}${first}`;
  return [start.trimEnd(), ...indented].join('\n');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
