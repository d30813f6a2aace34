import type { IdentityHandlers } from '../../csi/generated/csi/v1/Identity.js';
import type { Handlers } from '../../csi/handler.js';
import { StatusError } from '../../csi/status.js';

/** How the driver is doing, as Probe tells it. */
export type Health =
  | { readonly state: 'ready' }
  | { readonly state: 'starting'; readonly reason: string }
  | { readonly state: 'unhealthy'; readonly reason: string };

export interface IdentityDeps {
  readonly driverName: string;
  readonly version: string;
  /** Whether the plugin as a whole has a Controller service, here or elsewhere. */
  readonly controller: boolean;
  /** VOLUME_ACCESSIBILITY_CONSTRAINTS: volumes and nodes come with topologies. */
  readonly topology: boolean;
  /** When volumes grow, by the Controller service or by the Node service; `off`: never. */
  readonly expansion: keyof typeof EXPANSION;
  health(): Health;
}

/** `VolumeExpansion` of the plugin's capabilities. */
const EXPANSION = { online: ['ONLINE'], offline: ['OFFLINE'], off: [] } as const;

/** The Identity service (spec: "Identity Service RPC"). */
export function identityService(deps: IdentityDeps): Handlers<IdentityHandlers> {
  return {
    GetPluginInfo() {
      return { name: deps.driverName, vendor_version: deps.version };
    },

    GetPluginCapabilities() {
      return {
        capabilities: [
          ...(deps.controller ? [{ service: { type: 'CONTROLLER_SERVICE' as const } }] : []),
          ...(deps.topology
            ? [{ service: { type: 'VOLUME_ACCESSIBILITY_CONSTRAINTS' as const } }]
            : []),
          ...EXPANSION[deps.expansion].map((type) => ({ volume_expansion: { type } })),
        ],
      };
    },

    /**
     * Cheap: may be called at any rate. `ready: false` while the driver starts; FAILED_PRECONDITION
     * with the reason when the pool or the right to mount is gone.
     */
    Probe(_request, call) {
      const health = deps.health();
      switch (health.state) {
        case 'ready':
          return { ready: { value: true } };
        case 'starting':
          call.warn(`not ready: ${health.reason}`);
          return { ready: { value: false } };
        case 'unhealthy':
          throw new StatusError('FAILED_PRECONDITION', health.reason);
      }
    },
  };
}
