import { FILTER_KEYS } from '../../calls/call-filter.js';
import { UsageError } from '../command.js';
import { flagHelp, type Flags, type GivenFlags } from '../flag.js';
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

/** What can be done beside listing, with the flags that say more about it. */
const JOBS = {
  follow: [...FILTER_KEYS, 'json'],
  wait: [...FILTER_KEYS, 'json', 'timeout'],
  reset: [],
} as const satisfies Readonly<Record<string, readonly (keyof typeof CALLS_FLAGS)[]>>;

/** Throws a UsageError where flags would do nothing together. */
export function refuseUnfit(given: GivenFlags<keyof typeof CALLS_FLAGS>): void {
  const [job, other] = (['follow', 'wait', 'reset'] as const).filter((name) => given.has(name));
  if (job === undefined) {
    if (given.has('timeout')) throw new UsageError('--timeout needs --wait');
    return;
  }
  const fitting: readonly string[] = JOBS[job];
  const details = [...FILTER_KEYS, 'last', 'timeout', 'json'] as const;
  const unfit = other ?? details.find((name) => given.has(name) && !fitting.includes(name));
  if (unfit !== undefined) throw new UsageError(`--${job} and --${unfit} do not go together`);
}

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
