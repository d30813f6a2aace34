import type { MountApi } from '../../src/host/mount-api.js';

/** The same calls, with something that happens after every check, right before a mount appears. */
export function disturbed(api: MountApi, disturb: () => void): MountApi {
  return {
    ...api,
    clone(source, attributes) {
      const mount = api.clone(source, attributes);
      return {
        ...mount,
        attach(target) {
          disturb();
          mount.attach(target);
        },
      };
    },
  };
}
