import { adminCommand } from './admin/admin-command.js';
import { UsageError, type Command } from './command.js';

/** `health`: has a driver report a volume as abnormal, or no longer. */
export function run(...given: Parameters<Command>): Promise<number> {
  return adminCommand('health', 3, given, async ({ driver, words, show }) => {
    const [id, condition, reason] = words;
    const isOk = condition === 'ok' && reason === undefined;
    const isAbnormal = condition === 'abnormal' && reason !== undefined && reason !== '';
    if (id === undefined || !(isOk || isAbnormal)) {
      throw new UsageError('command health: expected ID ok, or ID abnormal REASON');
    }
    const body = JSON.stringify({ abnormal: isAbnormal ? reason : null });
    const answer = await driver.ask('PUT', `/volumes/${encodeURIComponent(id)}/health`, body);
    show(answer, `${id}: ${isAbnormal ? `abnormal: ${reason}` : 'ok'}\n`);
  });
}
