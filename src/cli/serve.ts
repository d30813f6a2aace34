import { constants } from 'node:os';
import type { Driver } from '../driver.js';
import type { Environment } from '../options/environment.js';
import { optionsFromArguments, type Options } from '../options.js';
import { socketsOf } from '../sockets.js';
import { VERSION } from '../version.js';
import type { Io } from './command.js';

/** What this command needs of a driver. */
type Startable = Pick<Driver, 'start' | 'stop'>;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Serves until a signal asks to stop. A second signal ends the process at once, as it would without
 * us, with the exit code that a shell gives for the signal. Throws an OptionError, or what the driver
 * throws.
 */
export async function run(
  argv: readonly string[],
  env: Environment,
  io: Io,
  driverWith: (options: Options) => Startable | Promise<Startable>,
): Promise<number> {
  const options = optionsFromArguments(argv, env);
  const signals = stopSignals(io);
  try {
    const driver = await driverWith(options);
    await driver.start();
    if (io.stdout.isTTY === true) io.stdout.write(welcome(options));
    await signals.asked;
    await driver.stop();
    return 0;
  } finally {
    signals.release();
  }
}

function stopSignals(io: Io): { readonly asked: Promise<void>; release(): void } {
  let ask: (() => void) | undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const listener = (signal: NodeJS.Signals): void => {
    if (ask === undefined) io.exit(128 + constants.signals[signal]);
    ask?.();
    ask = undefined;
  };
  for (const signal of STOP_SIGNALS) io.on(signal, listener);
  return {
    asked,
    release() {
      for (const signal of STOP_SIGNALS) io.off(signal, listener);
    },
  };
}

/** For a person at a terminal; a supervisor reads the log instead. */
function welcome(options: Options): string {
  const { driverName, nodeIds, services, stateDir, poolDir } = options;
  const sockets = socketsOf(options);
  const [first] = sockets;
  return `
  csi-mock ${VERSION} listens at ${sockets.map(({ endpoint }) => endpoint).join('\n      and at ')}

  driver  ${driverName}, ${services.join(' and ')} service${nodeIds.length > 0 ? `, node ${nodeIds.join(', ')}` : ''}
  state   ${stateDir}
  data    ${poolDir}
  try     csi-sanity --csi.endpoint=${first?.endpoint ?? ''}
  stop    Ctrl-C; a second one does not wait for running calls

`;
}
