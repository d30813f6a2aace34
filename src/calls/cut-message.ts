/** In characters. */
const LONGEST_TEXT = 1024;
/** Of lists and maps. */
const MOST_ITEMS = 64;

/**
 * A message without what is beyond a bound: long texts, lists and maps end early, texts and maps with a
 * mark that says how much is missing. It can be sent like the whole one.
 */
export function cutMessage(message: object): object {
  const entries = Object.entries(message);
  const first = entries.slice(0, MOST_ITEMS).map(([name, value]) => [cutText(name), cut(value)]);
  // No message has that many fields: it is a map of texts.
  if (entries.length > MOST_ITEMS) first.push(['...', missing(entries.length)]);
  return Object.fromEntries(first);
}

function cut(value: unknown): unknown {
  if (typeof value === 'string') return cutText(value);
  if (Array.isArray(value)) return cutList(value);
  return typeof value === 'object' && value !== null ? cutMessage(value) : value;
}

function cutList(list: readonly unknown[]): unknown[] {
  const first = list.slice(0, MOST_ITEMS).map(cut);
  const canBeMarked = list.length > MOST_ITEMS && typeof list[0] === 'string';
  return canBeMarked ? [...first, missing(list.length)] : first;
}

function cutText(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, LONGEST_TEXT)}... (${text.length - LONGEST_TEXT} more characters)`;
}

function missing(length: number): string {
  return `... (${length - MOST_ITEMS} more)`;
}
