/** How many things a message names: it may have to fit in a CO's event. */
const NAMED = 5;

/** Names in a message: the first few, and how many more there are. */
export function enumerate(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}
