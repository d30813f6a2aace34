import { optionHelp } from '../options/help.js';
import { ADOPTION_FLAGS } from './adoption-flags.js';
import { flagHelp } from './flag.js';

/** What `csi-mock --help` says. */
export function help(): string {
  return `csi-mock is a mock CSI v1.5 driver whose volumes are directories of this machine.

Examples:
  csi-mock
      everything in one process, as the user that runs it
  csi-mock --endpoint=unix:///tmp/csi.sock --state-dir=/tmp/csi-mock --log-level=debug
      at a socket of your choice, with every call in the log
  csi-mock --without-controller-capability=SINGLE_NODE_MULTI_WRITER \\
           --without-node-capability=SINGLE_NODE_MULTI_WRITER
      as a driver that does not know ReadWriteOncePod
  csi-mock --capacity=fast=100Gi --capacity=slow=1Ti --max-volume-size=10Gi
      with storage that runs out
  csi-mock --profile=host-path --nodeid=node-1 --endpoint=unix:///csi/csi.sock -v=5
      in place of csi-driver-host-path

Commands:
  csi-mock [serve] [options]      serve until SIGTERM or SIGINT; a second signal ends it at once
  csi-mock check [options]        test whether a CSI driver, any driver, follows the spec
  csi-mock call RPC [fields]      call a CSI driver, any driver, and show its answer
  csi-mock calls [options]        show, follow or wait for the calls of a running driver
  csi-mock faults [VERB]          show, add and remove its fault rules
  csi-mock volumes [ID]           show its volumes, and where they are attached and mounted
  csi-mock nodes                  show its nodes
  csi-mock health ID CONDITION    have it report a volume as abnormal, or ok
  csi-mock clear WHAT ...         take away a publication or an attachment that is stuck
  csi-mock replay FILE [options]  send the calls of a call log to a CSI driver, any driver
  csi-mock pool rebuild [options] make a lost store in --state-dir anew from the data in --pool-dir
  csi-mock pool adopt DIR --id=ID [options]
                                  make an existing directory a volume of its driver
  csi-mock completion SHELL       a script that completes command lines in bash, zsh or fish
  csi-mock help, --help, -h       this text; csi-mock COMMAND --help tells about one of them
  csi-mock version, --version     name and version

The following is about serve and the two pool commands; pool adopt has these besides:
${flagHelp(ADOPTION_FLAGS)}

Options take their value after "=" or as the next argument, switches only after "=". One dash is
as good as two. Lists take commas, and add up when they are given again. Sizes are Kubernetes
quantities. Each option can also be set by an environment variable, --state-dir for example by
CSIMOCK_STATE_DIR, but --endpoint by CSI_ENDPOINT. A flag overrules the environment, which
overrules the profile.

${optionHelp()}

Exit codes: 0 stopped when asked to; 1 something failed; 2 the command line or environment is wrong.
`;
}
