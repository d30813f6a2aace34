import { readRecord, RecordError } from '../record/envelope.js';
import type { Shape } from '../record/shape.js';
import { damage, newer } from './damage.js';

/** Reads the record under a key of the store. Throws a StoreError that names the key. */
export function readStored<T>(shape: Shape<T>, key: string, text: string): T {
  try {
    return readRecord(shape, `record ${JSON.stringify(key)}`, text);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw error.reason === 'newer' ? newer(error.message) : damage(error.message);
  }
}
