import type { ConformanceOptions } from '../../src/conformance/conformance.js';
import { connect, type Client } from '../../src/csi/client.js';
import type { ControllerHandlers } from '../../src/csi/generated/csi/v1/Controller.js';
import type { NodeHandlers } from '../../src/csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../src/csi/handler.js';
import { csi } from '../../src/csi/proto.js';
import type { OptionsInput } from '../../src/index.js';
import { createLog } from '../../src/log.js';
import { serve, type Server } from '../../src/server.js';
import type { Drivers, RunningDriver } from '../integration/drivers.js';

/** A way to break a driver: RPCs that are answered otherwise than the real driver does. */
export interface Breakage {
  readonly controller?: (real: Client['controller'], front: Front) => Partial<ControllerRpcs>;
  readonly node?: (real: Client['node'], front: Front) => Partial<NodeRpcs>;
}

/** A driver that is wrong in one way. */
export interface BrokenDriver extends Breakage {
  /** What it does wrong: completes "a driver that". */
  readonly name: string;
  /** The checks that have to blame it: at least one each, and no others. */
  readonly caughtBy: readonly RegExp[];
  /** Options of the real driver behind it. */
  readonly options?: OptionsInput;
  /** A controller and so many node plugins, instead of one process for both. */
  readonly nodes?: number;
}

type ControllerRpcs = Handlers<ControllerHandlers>;
type NodeRpcs = Handlers<NodeHandlers>;

/** Stands before a real driver, at a socket of its own, and passes on what is not broken. */
export interface Front {
  readonly endpoint: string;
  /** Ends at once, in the middle of calls, as a crash does. */
  stop(): Promise<void>;
}

/** Serves a broken driver from when it resolves. */
export async function breakDriver(
  realEndpoint: string,
  endpoint: string,
  { controller, node }: Breakage,
): Promise<Front> {
  const real = connect(realEndpoint);
  let server: Server | undefined;
  const front: Front = {
    endpoint,
    async stop() {
      await server?.stop({ graceMs: 0 });
      real.close();
    },
  };
  server = await serve({
    socketPath: endpoint.replace('unix://', ''),
    socketMode: 0o600,
    maxRequestBytes: 2 ** 22,
    log: createLog({ level: 'silent', format: 'json' }),
    services: [
      { definition: csi.Identity.service, handlers: real.identity },
      {
        definition: csi.Controller.service,
        handlers: { ...real.controller, ...controller?.(real.controller, front) },
      },
      { definition: csi.Node.service, handlers: { ...real.node, ...node?.(real.node, front) } },
    ],
  });
  return front;
}

/** A broken driver that runs. */
export interface BrokenShape {
  readonly endpoints: Pick<ConformanceOptions, 'controllerEndpoint' | 'nodeEndpoints'>;
  readonly fronts: readonly Front[];
  stop(): Promise<void>;
}

/** Starts the real driver that is behind a broken one, and what breaks it. */
export async function brokenShape(
  drivers: Drivers,
  name: string,
  broken: BrokenDriver,
): Promise<BrokenShape> {
  const real: RunningDriver[] = [];
  const fronts: Front[] = [];
  const start = async (part: string, options: OptionsInput = {}): Promise<string> => {
    const driver = await drivers.start(`${name}-${part}`, { ...broken.options, ...options });
    real.push(driver);
    const endpoint = `unix://${drivers.scratch.path(`${name}-${part}.sock`)}`;
    fronts.push(await breakDriver(driver.options.endpoint, endpoint, broken));
    return endpoint;
  };
  const shape = {
    fronts,
    async stop() {
      for (const front of fronts) await front.stop();
      for (const driver of real) await driver.stop();
    },
  };
  if (broken.nodes === undefined) {
    const endpoint = await start('driver');
    return { ...shape, endpoints: { controllerEndpoint: endpoint, nodeEndpoints: [endpoint] } };
  }
  const poolDir = drivers.scratch.path(`${name}-pool`);
  const controllerEndpoint = await start('controller', { services: ['controller'], poolDir });
  const nodeEndpoints: string[] = [];
  for (let node = 1; node <= broken.nodes; node += 1) {
    const nodeId = `node-${node}`;
    nodeEndpoints.push(await start(nodeId, { services: ['node'], nodeId, poolDir }));
  }
  return { ...shape, endpoints: { controllerEndpoint, nodeEndpoints } };
}
