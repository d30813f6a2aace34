import { connect, type Client } from '../../src/csi/client.js';
import type { ControllerHandlers } from '../../src/csi/generated/csi/v1/Controller.js';
import type { NodeHandlers } from '../../src/csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../src/csi/handler.js';
import { csi } from '../../src/csi/proto.js';
import { createLog } from '../../src/log.js';
import { serve, type Server } from '../../src/server.js';

/** A way to break a driver: RPCs that are answered otherwise than the real driver does. */
export interface Breakage {
  readonly controller?: (real: Client['controller'], front: Front) => Partial<ControllerRpcs>;
  readonly node?: (real: Client['node'], front: Front) => Partial<NodeRpcs>;
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
