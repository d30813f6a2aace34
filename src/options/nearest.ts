/** In characters. */
const LONGEST_WORD = 200;

/** The end of a sentence that names the candidate which a mistyped word most likely means; or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  // Nobody means a word by so long a text, and comparing it takes long.
  if (word.length > LONGEST_WORD) return '';
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const away = word.length > 2 && candidate.startsWith(word) ? 1 : distance(word, candidate);
    if (away < least) [best, least] = [candidate, away];
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

/** How many letters must be added, removed or changed to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const changed = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const removed = (row[j + 1] ?? 0) + 1;
      const added = (next[j] ?? 0) + 1;
      next.push(Math.min(changed, removed, added));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
