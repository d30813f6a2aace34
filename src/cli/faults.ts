import { readFileSync } from 'node:fs';
import { didYouMean } from '../options/nearest.js';
import { quoted } from '../options/option-error.js';
import { adminCommand, required } from './admin/admin-command.js';
import { listOf, textOf, wordsOf } from './admin/answer.js';
import { textTable } from './admin/text-table.js';
import { UsageError, type Command } from './command.js';

const VERBS = ['list', 'add', 'replace', 'remove', 'clear'] as const;

/** `faults`: shows, adds and removes the fault rules of a driver. */
export function run(...given: Parameters<Command>): Promise<number> {
  return adminCommand('faults', 2, given, async ({ driver, words, show }) => {
    const [word = 'list', ...rest] = words;
    const verb = VERBS.find((each) => each === word);
    switch (verb) {
      case 'list': {
        nothingElse(rest);
        const answer = await driver.ask('GET', '/faults');
        return show(answer, rulesTable(listOf(answer, 'rules')));
      }
      case 'add':
      case 'replace': {
        const [file = ''] = required(rest, 'FILE');
        const method = verb === 'add' ? 'POST' : 'PUT';
        const answer = await driver.ask(method, '/faults', textIn(file));
        const ids = wordsOf(answer, 'ids');
        return show(answer, `${verb === 'add' ? 'added' : 'in place'}: ${ids}\n`);
      }
      case 'remove': {
        const [id = ''] = required(rest, 'ID');
        const answer = await driver.ask('DELETE', `/faults/${encodeURIComponent(id)}`);
        return show(answer, `removed: ${id}\n`);
      }
      case 'clear': {
        nothingElse(rest, '; did you mean remove?');
        return show(await driver.ask('DELETE', '/faults'), 'removed: all rules\n');
      }
      case undefined: {
        const hint = didYouMean(word, VERBS);
        throw new UsageError(
          `command faults: expected ${VERBS.join(', ')}, got ${quoted(word)}${hint}`,
        );
      }
    }
  });
}

/** Throws a UsageError where there are more words. */
function nothingElse([word]: readonly string[], hint = ''): void {
  if (word !== undefined) throw new UsageError(`unexpected argument ${quoted(word)}${hint}`);
}

function rulesTable(rules: readonly unknown[]): string {
  return textTable(
    ['ID', 'FROM', 'MATCHED', 'FIRED', 'RULE'],
    rules.map((rule) =>
      ['id', 'from', 'matched', 'fired', 'rule'].map((name) => textOf(rule, name)),
    ),
  );
}

function textIn(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : `${file} cannot be read`);
  }
}
