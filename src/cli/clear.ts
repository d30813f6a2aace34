import { printable } from '../text/printable.js';
import { quoted } from '../options/option-error.js';
import { adminCommand, required } from './admin/admin-command.js';
import { listOf, textOf } from './admin/answer.js';
import { UsageError, type Command } from './command.js';

/** `clear`: takes away a publication, a staging or an attachment that is stuck. */
export function run(...given: Parameters<Command>): Promise<number> {
  return adminCommand('clear', 3, given, async ({ driver, words, show }) => {
    const [what, ...rest] = words;
    const answer = await driver.ask('DELETE', placeOf(what, rest));
    show(answer, told(answer));
  });
}

function placeOf(what: string | undefined, rest: readonly string[]): string {
  if (what === 'publication' || what === 'staging') {
    const [volume = '', path = ''] = required(rest, 'VOLUME PATH');
    return `/volumes/${encodeURIComponent(volume)}/mount?path=${encodeURIComponent(path)}`;
  }
  if (what === 'attachment') {
    const [volume = '', node = ''] = required(rest, 'VOLUME NODE');
    return `/volumes/${encodeURIComponent(volume)}/attachments/${encodeURIComponent(node)}`;
  }
  throw new UsageError(
    `command clear: expected publication, staging or attachment, got ${quoted(what)}`,
  );
}

function told(answer: unknown): string {
  const path = textOf(answer, 'path');
  const [volume, node, what] = ['volume', 'node', 'what'].map((name) => textOf(answer, name));
  const lines = [
    `${what} of ${volume}${path === '' ? '' : ` at ${path}`} on node ${node} is forgotten`,
    ...(path === '' ? [] : [unmounting(textOf(answer, 'unmounted') === 'true')]),
    ...listOf(answer, 'notes').map(String),
  ];
  return lines.map((line) => `${printable(line, Infinity)}\n`).join('');
}

function unmounting(unmounted: boolean): string {
  return unmounted ? 'it was mounted there, and no longer is' : 'it was not mounted there';
}
