import type { Client } from '../../src/csi/client.js';
import type { Options, OptionsInput } from '../../src/index.js';
import type { Scratch } from '../host/scratch.js';
import { withDrivers, type RunningDriver } from './drivers.js';

/** A controller and node plugins that share nothing but a pool. */
export interface SplitShape {
  readonly scratch: Scratch;
  /** The controller's own socket and options. */
  readonly client: Client;
  readonly options: Options;
  readonly controller: Client['controller'];
  /** The RPCs of a node plugin, over its own socket. */
  node(nodeId: string): Client['node'];
  /** Starts a node plugin, or starts it again, with options that are changed. */
  startNode(nodeId: string, changed?: OptionsInput): Promise<void>;
  stopNode(nodeId: string): Promise<void>;
  restartController(changed?: OptionsInput): Promise<void>;
}

/** Starts a controller and these nodes before the tests of a suite; `options` are for all of them. */
export function withSplitShape(nodeIds: readonly string[], options: OptionsInput = {}): SplitShape {
  const drivers = withDrivers();
  const running = new Map<string, RunningDriver>();

  async function restart(name: string, own: OptionsInput): Promise<void> {
    await running.get(name)?.stop();
    const poolDir = drivers.scratch.path('pool');
    running.set(name, await drivers.start(name, { poolDir, ...options, ...own }));
  }
  function there(name: string): RunningDriver {
    const found = running.get(name);
    if (found === undefined) throw new Error(`${name} has not been started`);
    return found;
  }

  const shape: SplitShape = {
    get scratch() {
      return drivers.scratch;
    },
    get client() {
      return there('controller').client;
    },
    get options() {
      return there('controller').options;
    },
    get controller() {
      return shape.client.controller;
    },
    node: (nodeId) => there(nodeId).client.node,
    startNode: (nodeId, changed) => restart(nodeId, { services: ['node'], nodeId, ...changed }),
    async stopNode(nodeId) {
      await there(nodeId).stop();
      running.delete(nodeId);
    },
    restartController: (changed) => restart('controller', { services: ['controller'], ...changed }),
  };

  before(async () => {
    await shape.restartController();
    for (const nodeId of nodeIds) await shape.startNode(nodeId);
  });
  return shape;
}
