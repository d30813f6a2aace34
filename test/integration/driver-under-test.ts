import { join } from 'node:path';
import { connect, type Client } from '../../src/csi/client.js';
import { createDriver, type Driver, type Options, type OptionsInput } from '../../src/index.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';

/** A driver in this process with a socket, a state directory and real mounts of its own. */
export interface DriverUnderTest {
  readonly client: Client;
  /** The one that runs now. */
  readonly driver: Driver;
  readonly endpoint: string;
  /** Holds the state and whatever a test puts there; gone after the tests. */
  readonly scratch: Scratch;
  readonly nodeId: string;
  /** What it runs with. */
  readonly options: Options;
  /**
   * Stops the driver and starts another on the same state; options given here are changed, and
   * `meanwhile` runs while there is no driver.
   */
  restart(changed?: OptionsInput, meanwhile?: () => unknown): Promise<void>;
}

/** Starts a driver before the tests of a suite and removes every trace of it after them. */
export function withDriver(options: OptionsInput = {}): DriverUnderTest {
  let place: Scratch | undefined;
  let driver: Driver | undefined;
  let client: Client | undefined;

  async function start(given: OptionsInput): Promise<void> {
    driver = createDriver({
      stateDir: join(there(place).root, 'state dir'),
      nodeId: 'node-1',
      logLevel: 'silent',
      sync: 'never',
      ...given,
    });
    await driver.start();
    client = connect(driver.options.endpoint);
  }

  async function stop(): Promise<void> {
    client?.close();
    await driver?.stop();
  }

  before(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    await start(options);
  });
  after(async () => {
    await stop();
    place?.remove();
  });

  return {
    get client() {
      return there(client);
    },
    get driver() {
      return there(driver);
    },
    get endpoint() {
      return there(driver).options.endpoint;
    },
    get scratch() {
      return there(place);
    },
    nodeId: options.nodeId ?? 'node-1',
    get options() {
      return there(driver).options;
    },
    async restart(changed = {}, meanwhile = () => {}) {
      await stop();
      await meanwhile();
      await start({ ...options, ...changed });
    },
  };
}

function there<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('the driver has not been started');
  return thing;
}
