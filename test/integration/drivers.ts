import { connect, type Client } from '../../src/csi/client.js';
import { createDriver, type Driver, type Options, type OptionsInput } from '../../src/index.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';

/** A driver that serves in this process. */
export interface RunningDriver {
  readonly client: Client;
  readonly options: Options;
  stop(): Promise<void>;
}

/** The drivers of a suite, in a file system of their own. */
export interface Drivers {
  readonly scratch: Scratch;
  /** Makes a driver with a state directory of this name. */
  create(name: string, options?: OptionsInput): Driver;
  /** Makes and starts one; rejects as the start does. */
  start(name: string, options?: OptionsInput): Promise<RunningDriver>;
}

/** Stops every driver that the tests of a suite start, and removes every trace of them after it. */
export function withDrivers(): Drivers {
  let place: Scratch | undefined;
  const stops = new Set<() => Promise<void>>();

  before(function () {
    if (!isRoot) this.skip();
    place = scratch();
  });
  after(async () => {
    for (const stop of stops) await stop();
    place?.remove();
  });

  const drivers: Drivers = {
    get scratch() {
      if (place === undefined) throw new Error('the suite has not begun');
      return place;
    },

    create(name, options = {}) {
      const driver = createDriver({
        stateDir: drivers.scratch.path(name),
        nodeId: 'node-1',
        logLevel: 'silent',
        sync: 'never',
        ...options,
      });
      stops.add(() => driver.stop());
      return driver;
    },

    async start(name, options) {
      const driver = drivers.create(name, options);
      await driver.start();
      const client = connect(driver.options.endpoint);
      const stop = async (): Promise<void> => {
        client.close();
        await driver.stop();
      };
      stops.add(stop);
      return { client, options: driver.options, stop };
    },
  };
  return drivers;
}
