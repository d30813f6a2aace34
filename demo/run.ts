import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDriver } from '../src/index.js';
import { obtainRightToMount } from '../src/right-to-mount.js';
import { play } from './demo.js';

obtainRightToMount(tmpdir());
const stateDir = mkdtempSync(join(tmpdir(), 'csi-mock-demo-'));
const driver = createDriver({ stateDir, logLevel: 'error', sync: 'never' });
await driver.start();
try {
  await play(driver.options.endpoint, (line) => process.stdout.write(`${line}\n`));
} finally {
  await driver.stop();
}
// Reached only when all is unmounted: what failed is left to be looked at.
rmSync(stateDir, { recursive: true, force: true });
