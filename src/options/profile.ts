import type { Given } from './given.js';
import type { Field, ValueOf } from './table.js';

type Defaults = { readonly [F in Field]?: string };

/** What each profile puts in the place of the defaults. */
const PROFILES: Readonly<Record<ValueOf<'profile'>, Defaults>> = {
  default: {},
  // The defaults of csi-driver-host-path v1.18, where they differ from ours. Its topology key does not
  // follow from its name, and its StorageClasses name the key.
  'host-path': {
    endpoint: 'unix:///tmp/csi.sock',
    stateDir: '/csi-data-dir',
    driverName: 'hostpath.csi.k8s.io',
    attach: 'false',
    topology: 'true',
    topologyKey: 'topology.hostpath.csi/node',
    lifecycle: 'warn',
  },
};

export function profileDefaults(profile: ValueOf<'profile'>): Given {
  return Object.fromEntries(
    Object.entries(PROFILES[profile]).map(([field, value]) => [
      field,
      { value, under: `--profile=${profile}` },
    ]),
  );
}
