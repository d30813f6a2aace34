import type { Volume } from '../model/volume.js';
import { readRecord, writeRecord } from '../store/record.js';
import { volumeShape } from '../store/schema.js';

/** The text of a volume's descriptor. */
export function volumeDocument(volume: Volume): string {
  return `${writeRecord(volumeShape, volume)}\n`;
}

/** Reads a descriptor; throws when it is not one. */
export function readVolume(text: string): Volume {
  return readRecord(volumeShape, 'volume.json', text);
}
