import { createRequire } from 'node:module';
import type { Server } from '@grpc/grpc-js';
import type * as ProtoLoader from '@grpc/proto-loader';
import type * as Reflection from '@grpc/reflection';
import type * as HealthCheck from 'grpc-health-check';
import { asProtocDescribes } from './file-descriptors.js';
import { definition } from '../csi/generated/loaded.js';

/** What gRPC itself defines beside the services of the CSI: health and reflection. */
export interface GrpcServices {
  /** Serves them on a server, once. */
  addTo(server: Server): void;
  stop(): void;
}

/** What the paths of these services begin with. */
export const GRPC_PATH = '/grpc.';

/** In ms: how late a client that watches hears of a change. */
const LOOK_EVERY = 1000;

const SERVICES = ['Identity', 'Controller', 'Node'] as const;

/**
 * Health (grpc.health.v1) is SERVING for the driver as a whole and for the services that are served, while
 * `isReady`; reflection tells what the interface looks like. Loaded when it is first asked for.
 */
export function grpcServices(served: ReadonlySet<string>, isReady: () => boolean): GrpcServices {
  let timer: NodeJS.Timeout | undefined;
  return {
    addTo(server) {
      const load = createRequire(import.meta.url);
      const { HealthImplementation, protoPath }: typeof HealthCheck = load('grpc-health-check');
      const { ReflectionService }: typeof Reflection = load('@grpc/reflection');
      const { loadSync }: typeof ProtoLoader = load('@grpc/proto-loader');

      const health = new HealthImplementation();
      const names = ['', ...SERVICES.filter((name) => served.has(name)).map(fullName)];
      let known: boolean | undefined;
      const look = (): void => {
        const ready = isReady();
        if (ready === known) return;
        known = ready;
        for (const name of names) health.setStatus(name, ready ? 'SERVING' : 'NOT_SERVING');
      };
      look();
      timer = setInterval(look, LOOK_EVERY).unref();
      health.addToServer(server);

      const services = [...names.slice(1), 'grpc.health.v1.Health'];
      const reflection = new ReflectionService(
        asProtocDescribes({ ...definition, ...loadSync(protoPath) }),
        { services },
      );
      reflection.addToServer(server);
    },
    stop() {
      clearInterval(timer);
    },
  };
}

function fullName(service: string): string {
  return `csi.v1.${service}`;
}
