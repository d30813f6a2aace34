import { flagHelp, type Flags } from './flag.js';

/** The options of `replay`. */
export const REPLAY_FLAGS = {
  endpoint: { placeholder: 'ADDRESS', help: 'Socket of the driver; without, CSI_ENDPOINT.' },
  directory: {
    placeholder: 'DIR',
    help: 'Under which target and staging paths are put; without, a new one for the time of the replay.',
  },
  secrets: { placeholder: 'FILE', help: "Secrets in csi-sanity's format: YAML, by RPC." },
  deadline: { placeholder: 'TIME', help: 'How long to wait for each answer (default: 1m).' },
  help: { help: 'This text.' },
} as const satisfies Flags;

/** What `csi-mock replay --help` says. */
export function replayHelp(): string {
  return `csi-mock replay sends the calls of a call log to a driver, any driver, in their order, and tells
which are now answered with another code.

What a driver makes up itself (ids, tokens, contexts) is taken from its new answers. Secrets and
mount flags are in no call log: the ones come from a file, the others are left out.

Examples:
  csi-mock calls --json > calls.ndjson       or csi-mock --call-log-file=calls.ndjson
  csi-mock replay calls.ndjson --endpoint=unix:///csi/csi.sock
  csi-mock replay - --directory=/var/lib/kubelet/replay < calls.ndjson

Options:
${flagHelp(REPLAY_FLAGS)}

Exit codes: 0 all answers are as they were; 1 some differ; 2 the command line or the log is wrong.
`;
}
