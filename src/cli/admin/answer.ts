import { property } from '../../csi/message-type.js';

/** The list under a name of an answer. The driver may be of another version: nothing is certain. */
export function listOf(answer: unknown, name: string): readonly unknown[] {
  const found = property(answer, name);
  return Array.isArray(found) ? found : [];
}

/** A field as text; empty when it is not there. */
export function textOf(item: unknown, name: string): string {
  const found = property(item, name);
  if (found === undefined || found === null) return '';
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** Words for whatever a field lists. */
export function wordsOf(item: unknown, name: string): string {
  return listOf(item, name).map(String).join(', ');
}
