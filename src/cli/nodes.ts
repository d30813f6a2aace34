import { property } from '../csi/message-type.js';
import { adminCommand } from './admin/admin-command.js';
import { listOf, textOf } from './admin/answer.js';
import { textTable } from './admin/text-table.js';
import type { Command } from './command.js';

/** `nodes`: the nodes that a driver knows. */
export function run(...given: Parameters<Command>): Promise<number> {
  return adminCommand('nodes', 0, given, async ({ driver, show }) => {
    const answer = await driver.ask('GET', '/nodes');
    const rows = listOf(answer, 'nodes').map((node) => [
      textOf(node, 'id'),
      textOf(node, 'served') === 'true' ? 'here' : 'elsewhere',
      textOf(node, 'attached'),
      textOf(node, 'maxVolumes') === '0' ? '-' : textOf(node, 'maxVolumes'),
      textOf(node, 'staged'),
      textOf(node, 'published'),
      textOf(node, 'topology') || '-',
    ]);
    const headings = ['ID', 'SERVED', 'ATTACHED', 'LIMIT', 'STAGED', 'PUBLISHED', 'TOPOLOGY'];
    show(property(answer, 'nodes'), textTable(headings, rows));
  });
}
