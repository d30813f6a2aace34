import { adminClient, type AdminClient } from '../../admin/admin-client.js';
import type { Environment } from '../../options/environment.js';
import { optionsFromArguments } from '../../options.js';
import { UsageError } from '../command.js';
import type { Flags, GivenFlags } from '../flag.js';

/** How a command finds the driver that it is about. */
export const ADMIN_FLAGS = {
  'admin-socket': {
    placeholder: 'PATH',
    help: "The driver's admin socket; without, CSIMOCK_ADMIN_SOCKET or that of its state directory.",
  },
  'state-dir': {
    placeholder: 'DIR',
    help: "The driver's state directory; without, CSIMOCK_STATE_DIR or as csi-mock serve has it.",
  },
  json: { help: 'JSON instead of text.' },
  help: { help: 'This text.' },
} as const satisfies Flags;

type Name = keyof typeof ADMIN_FLAGS;

/** The driver that a command line and the environment mean. Throws an OptionError or a UsageError. */
export function driverAt(given: GivenFlags<Name>, env: Environment): AdminClient {
  const argv = (['admin-socket', 'state-dir'] as const).flatMap((name) => {
    const value = given.first(name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  const { adminSocket } = optionsFromArguments(argv, env);
  if (adminSocket === '') {
    throw new UsageError('the driver has no admin socket, by --admin-socket or its environment');
  }
  return adminClient(adminSocket);
}
