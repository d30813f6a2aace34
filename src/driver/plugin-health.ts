import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canMount } from '../host/mount-right.js';
import type { Options } from '../options.js';
import { healthCheck } from '../services/identity/health-check.js';
import type { Health } from '../services/identity/identity.js';

/** How often Probe looks whether the pool and the right to mount are still there. */
const MAX_AGE_MS = 1000;

/** How the plugin is doing, as Probe tells it, once its state is open. */
export function pluginHealth({ poolDir, stateDir, services }: Options): () => Health {
  const servesNode = services.includes('node');
  const check = healthCheck(
    [
      () => (existsSync(join(poolDir, 'volumes')) ? undefined : `the pool ${poolDir} is gone`),
      () => (servesNode ? mountHindrance(stateDir) : undefined),
    ],
    MAX_AGE_MS,
  );
  return () => check.health();
}

/** Why nothing can be mounted any more; a full disk, on which that cannot be tried, is no reason. */
function mountHindrance(stateDir: string): string | undefined {
  try {
    return canMount(stateDir);
  } catch {
    return undefined;
  }
}
