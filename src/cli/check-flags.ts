import { flagHelp, type Flags } from './flag.js';

/** The options of `check`. */
export const CHECK_FLAGS = {
  endpoint: {
    placeholder: 'ADDRESS',
    help: 'Socket of the driver; without any, CSI_ENDPOINT.',
  },
  'controller-endpoint': {
    placeholder: 'ADDRESS',
    help: 'Socket of the Controller service, where it has its own.',
  },
  'node-endpoint': {
    placeholder: 'ADDRESS',
    help: 'Socket of a Node service.',
    repeatable: true,
  },
  parameters: {
    placeholder: 'FILE',
    help: 'Parameters for CreateVolume: YAML, a map of strings.',
  },
  secrets: {
    placeholder: 'FILE',
    help: "Secrets in csi-sanity's format: YAML, by CreateVolumeSecret etc.",
  },
  'work-dir': {
    placeholder: 'DIR',
    help: 'Where volumes are mounted; the driver must see it under the same path.',
  },
  only: {
    placeholder: 'ID',
    help: 'A check, or the beginning of its id up to a slash.',
    repeatable: true,
  },
  strict: { help: 'What the spec says with SHOULD must be, too.' },
  'restart-command': {
    placeholder: 'COMMAND',
    help: 'Shell command that restarts the driver; without, restarts are not tried.',
  },
  'call-timeout': { placeholder: 'TIME', help: 'For one call (default: 10s).' },
  timeout: { placeholder: 'TIME', help: 'For the whole run (default: 5m).' },
  format: {
    placeholder: 'FORMAT',
    words: ['text', 'json', 'junit', 'markdown', 'tap'],
    help: 'Of the report: text (default), json, junit, markdown, tap.',
  },
  output: { placeholder: 'FILE', help: 'Where the report goes instead of standard output.' },
  color: {
    placeholder: 'WHEN',
    words: ['auto', 'always', 'never'],
    help: 'auto (default: on a terminal without NO_COLOR), always, never.',
  },
  help: { help: 'This text.' },
} as const satisfies Flags;

/** What `csi-mock check --help` says. */
export function checkHelp(): string {
  return `csi-mock check finds out what a CSI driver advertises and tests what follows from it.

It makes volumes of its own and removes them again, also after Ctrl-C; it touches nothing else. Run it
where the driver runs, with the same view of the file system.

Examples:
  csi-mock check --endpoint=unix:///csi/csi.sock
  csi-mock check --endpoint=unix:///csi/csi.sock --format=junit --output=report.xml --strict
  csi-mock check --controller-endpoint=unix:///controller.sock \\
                 --node-endpoint=unix:///node-1.sock --node-endpoint=unix:///node-2.sock

Options:
${flagHelp(CHECK_FLAGS)}

Exit codes: 0 the driver follows the spec, as far as it could be tried; 1 it deviates; 2 it could not
be checked, or the command line is wrong; 130 Ctrl-C.
`;
}
