import { printable } from '../text/printable.js';
import { property } from '../csi/message-type.js';
import { adminCommand } from './admin/admin-command.js';
import { listOf, textOf, wordsOf } from './admin/answer.js';
import { textTable } from './admin/text-table.js';
import type { Command } from './command.js';

/** `volumes`: the volumes of a driver, or one with all that is known of it. */
export function run(...given: Parameters<Command>): Promise<number> {
  return adminCommand('volumes', 1, given, async ({ driver, words, show }) => {
    const [id] = words;
    if (id === undefined) {
      const answer = await driver.ask('GET', '/volumes');
      return show(property(answer, 'volumes'), volumesTable(listOf(answer, 'volumes')));
    }
    const volume = property(
      await driver.ask('GET', `/volumes/${encodeURIComponent(id)}`),
      'volume',
    );
    return show(volume, volumeText(volume));
  });
}

function volumesTable(volumes: readonly unknown[]): string {
  return textTable(
    ['ID', 'NAME', 'BYTES', 'ATTACHED', 'STAGED', 'PUBLISHED', 'CONDITION'],
    volumes.map((volume) => [
      textOf(volume, 'id'),
      nameOf(volume),
      textOf(volume, 'capacity'),
      listOf(volume, 'attachments')
        .map((each) => textOf(each, 'node'))
        .join(',') || '-',
      mounted(volume, 'stagings'),
      mounted(volume, 'publications'),
      conditionOf(volume),
    ]),
  );
}

/** The name of an inline volume is its id. */
function nameOf(volume: unknown): string {
  return property(volume, 'inline') === true ? '(inline)' : textOf(volume, 'name');
}

function mounted(volume: unknown, name: string): string {
  return String(listOf(volume, name).filter((each) => textOf(each, 'mounted') === 'true').length);
}

function conditionOf(volume: unknown): string {
  const abnormal = textOf(volume, 'abnormal');
  return abnormal === '' ? 'ok' : `abnormal: ${abnormal}`;
}

function volumeText(volume: unknown): string {
  const facts = [
    ['id', textOf(volume, 'id')],
    ['name', nameOf(volume)],
    ['bytes', textOf(volume, 'capacity')],
    ['for', wordsOf(volume, 'capabilities')],
    ['condition', conditionOf(volume)],
  ] as const;
  return [
    ...facts.map(([name, text]) => `${name}: ${printable(text)}\n`),
    ...(['attachments', 'stagings', 'publications'] as const).map((name) =>
      placesOf(name, listOf(volume, name)),
    ),
  ].join('');
}

function placesOf(name: string, places: readonly unknown[]): string {
  if (places.length === 0) return `${name}: none\n`;
  const lines = places.map((place) => {
    const words = [
      textOf(place, 'node'),
      textOf(place, 'path'),
      textOf(place, 'capability'),
      textOf(place, 'readonly') === 'true' ? 'read-only' : '',
      textOf(place, 'mounted') === 'false' ? 'left over: nothing is mounted there' : '',
    ];
    return `  - ${printable(words.filter((word) => word !== '').join('  '), Infinity)}\n`;
  });
  return `${name}:\n${lines.join('')}`;
}
