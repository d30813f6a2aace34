import { ADOPTION_FLAGS } from './adoption-flags.js';
import { RPCS } from '../csi/rpc.js';
import { FIELDS, flagName } from '../options/given.js';
import { OPTIONS } from '../options/table.js';
import { didYouMean } from '../options/nearest.js';
import { quoted } from '../options/option-error.js';
import { ADMIN_FLAGS } from './admin/admin-flags.js';
import { CALLS_FLAGS } from './admin/calls-flags.js';
import { CALL_FLAGS } from './call/call-flags.js';
import { fieldFlags } from './call/call-help.js';
import { CHECK_FLAGS } from './check-flags.js';
import { UsageError, type Io } from './command.js';
import { dashed, type Flags } from './flag.js';
import { REPLAY_FLAGS } from './replay-flags.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What follows the commands that ask and steer a driver. */
const ADMIN_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['faults', ['list', 'add', 'replace', 'remove', 'clear']],
  ['volumes', []],
  ['nodes', []],
  ['health', []],
  ['clear', ['publication', 'staging', 'attachment']],
]);

/** What can follow: the words after each beginning of a command line, and values after options. */
interface Words {
  /** By command, or by command and RPC. */
  readonly after: ReadonlyMap<string, readonly string[]>;
  /** By command and option: `check --format`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** `completion`: writes a script for a shell. Throws a UsageError. */
export async function run(
  argv: readonly string[],
  io: Io,
  commands: readonly string[],
): Promise<number> {
  const [given, ...rest] = argv;
  const shell = SHELLS.find((each) => each === given);
  if (shell === undefined || rest.length > 0) {
    const hint = didYouMean(given ?? '', SHELLS);
    throw new UsageError(
      `command completion: expected bash, zsh or fish, got ${quoted(given)}${hint}`,
    );
  }
  const words = wordsOf(commands);
  io.stdout.write(shell === 'fish' ? fish(words) : shell === 'zsh' ? zsh(words) : bash(words));
  return 0;
}

function wordsOf(commands: readonly string[]): Words {
  const options = FIELDS.map((field) => `--${flagName(field)}`);
  const choices = FIELDS.flatMap((field) => {
    const { placeholder } = OPTIONS[field].kind;
    return placeholder.includes('|') ? [[flagName(field), placeholder.split('|')] as const] : [];
  });
  const rpcs = [...RPCS.values()].map(({ name, request }) => ({
    name,
    flags: { ...fieldFlags(request), ...CALL_FLAGS },
  }));
  return {
    after: new Map([
      ['', commands],
      ['serve', options],
      ['pool', ['rebuild', 'adopt', ...dashed(ADOPTION_FLAGS), ...options]],
      ['check', dashed(CHECK_FLAGS)],
      ['completion', SHELLS],
      ['calls', dashed(CALLS_FLAGS)],
      ['replay', dashed(REPLAY_FLAGS)],
      ...[...ADMIN_WORDS].map(
        ([name, words]) => [name, [...words, ...dashed(ADMIN_FLAGS)]] as const,
      ),
      ['call', [...RPCS.keys(), '--help']],
      ...rpcs.map(({ name, flags }) => [`call ${name}`, dashed(flags)] as const),
    ]),
    values: new Map([
      ...['serve', 'pool'].flatMap((command) =>
        choices.map(([name, words]) => [`${command} --${name}`, words] as const),
      ),
      ...choicesOf('pool', ADOPTION_FLAGS),
      ...choicesOf('check', CHECK_FLAGS),
      ...rpcs.flatMap(({ flags }) => choicesOf('call', flags)),
    ]),
  };
}

function choicesOf(command: string, flags: Flags): (readonly [string, readonly string[]])[] {
  return Object.entries(flags).flatMap(([name, { words }]) =>
    words === undefined ? [] : [[`${command} --${name}`, words] as const],
  );
}

/** A value follows as the next word: bash takes an `=` for a word of its own. */
function bash({ after, values }: Words): string {
  return `# csi-mock completion: source this file.
_csi_mock() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD-1]} at= words=
  [[ $cur == = ]] && cur=
  [[ $option == = ]] && option=\${COMP_WORDS[COMP_CWORD-2]}
  [[ $COMP_CWORD -gt 1 ]] && at=\${COMP_WORDS[1]}
  [[ \${COMP_WORDS[1]} == -* ]] && at=serve
  case "$at $option" in
${cases(values)}
  esac
  [[ $COMP_CWORD -gt 2 && $at == call ]] && at="call \${COMP_WORDS[2]}"
  [[ -n $words ]] || case $at in
${cases(after)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _csi_mock csi-mock
`;
}

function cases(words: ReadonlyMap<string, readonly string[]>): string {
  return [...words].map(([name, list]) => `    '${name}') words='${list.join(' ')}' ;;`).join('\n');
}

/** zsh runs the completions of bash. */
function zsh(words: Words): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(words)}`;
}

function fish({ after, values }: Words): string {
  const lines = [...after].flatMap(([name, list]) => {
    const [command = '', rpc] = name.split(' ');
    const seen = [command, rpc].filter((word) => word !== undefined && word !== '');
    const when =
      seen.length === 0
        ? '__fish_use_subcommand'
        : seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const plain = list.filter((word) => !word.startsWith('--'));
    return [
      ...(plain.length === 0
        ? []
        : [`complete -c csi-mock -n '${when}' -f -a '${plain.join(' ')}'`]),
      ...list
        .filter((word) => word.startsWith('--'))
        .map((word) => {
          const choices = values.get(`${command} ${word}`);
          const value = choices === undefined ? '' : ` -x -a '${choices.join(' ')}'`;
          return `complete -c csi-mock -n '${when}' -l ${word.slice(2)}${value}`;
        }),
    ];
  });
  return `# csi-mock completion: put this file into ~/.config/fish/completions.\n${lines.join('\n')}\n`;
}
