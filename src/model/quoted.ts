/** The beginning of a text of the CO's: the message fits into a header, however long the text is. */
export function quoted(text: string): string {
  return text.length > 100 ? `${JSON.stringify(text.slice(0, 100))}...` : JSON.stringify(text);
}
