import { flagHelp, type Flags } from '../flag.js';
import { ADMIN_FLAGS } from './admin-flags.js';

/** The options of `calls`. */
export const CALLS_FLAGS = {
  rpc: { placeholder: 'RPC', help: 'Only calls of this RPC: NodePublishVolume.' },
  volume: { placeholder: 'ID', help: 'Only calls about a volume, by its id or name.' },
  node: { placeholder: 'ID', help: 'Only calls at a node, or that name it.' },
  path: { placeholder: 'PATH', help: 'Only calls with this target or staging path.' },
  code: { placeholder: 'CODE', help: 'Only calls that were answered so: OK, NOT_FOUND.' },
  last: { placeholder: 'N', help: 'Only so many, the latest.' },
  follow: { help: 'Goes on with the calls to come, until Ctrl-C or the driver stops.' },
  wait: {
    placeholder: 'PATTERN',
    help: "Waits for a call such as 'NodePublishVolume volume=vol-1 code=OK', and shows it; one that is in the log already counts.",
  },
  timeout: { placeholder: 'TIME', help: 'How long --wait waits (default: 30s).' },
  reset: { help: 'Forgets the calls so far.' },
  ...ADMIN_FLAGS,
} as const satisfies Flags;

/** What `csi-mock calls --help` says. */
export function callsHelp(): string {
  return `csi-mock calls shows the calls that a running driver has answered, without secrets.

Examples:
  csi-mock calls --rpc=NodePublishVolume --code=OK --last=5
  csi-mock calls --follow
  csi-mock calls --reset
  csi-mock calls --wait 'NodePublishVolume volume=vol-1 code=OK' --timeout=30s
  csi-mock calls --json > calls.ndjson    a line for each call, for programs and csi-mock replay

Options:
${flagHelp(CALLS_FLAGS)}

Exit codes: 0; 1 --wait ended without such a call, or no driver answers; 2 the command line is
wrong.
`;
}
