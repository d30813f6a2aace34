import { flagHelp } from '../flag.js';
import { ADMIN_FLAGS } from './admin-flags.js';

const OPTIONS = `Options:
${flagHelp(ADMIN_FLAGS)}

Exit codes: 0; 1 there is no such thing, it could not be done, or no driver answers; 2 the command
line is wrong.
`;

/** What the commands that ask and steer a running driver say to --help. */
export const ADMIN_HELP = {
  faults: `csi-mock faults has calls of a running driver fail, hang and worse.

  csi-mock faults [list]       the rules, and how often each has fired
  csi-mock faults add FILE     adds the rules of a file of YAML or JSON; - reads standard input
  csi-mock faults replace FILE puts them in the place of all
  csi-mock faults remove ID    removes one
  csi-mock faults clear        removes all, until the file of the rules changes

${OPTIONS}`,

  volumes: `csi-mock volumes shows the volumes of a running driver, and who has them where.

  csi-mock volumes             all of them
  csi-mock volumes ID          one, with its attachments, stagings and publications

${OPTIONS}`,

  nodes: `csi-mock nodes shows the nodes that a running driver serves or has attached volumes to.

${OPTIONS}`,

  health: `csi-mock health has a running driver report the condition of a volume.

  csi-mock health ID abnormal REASON
  csi-mock health ID ok

${OPTIONS}`,

  clear: `csi-mock clear takes away what is stuck, by the rules and locks of the RPCs: the record, and
the mount where it is one of this volume. It touches no other mount, and says what it did.

  csi-mock clear publication VOLUME PATH   what is published at a path
  csi-mock clear staging VOLUME PATH       what is staged at a path
  csi-mock clear attachment VOLUME NODE

${OPTIONS}`,
} as const;
