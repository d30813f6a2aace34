import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { StatusError } from '../../src/csi/status.js';
import type { AccessMode } from '../../src/model/access-mode.js';
import type { Format } from '../../src/model/format.js';
import { attachedBelow, mountsBelow } from '../host/scratch.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { createdVolumeOf, stagedVolumeOf, type TestVolume } from './test-volume.js';

/** Makes the volumes of a test; of one format. */
export interface Volumes {
  created(mode: AccessMode, ...createdWith: readonly AccessMode[]): Promise<TestVolume>;
  staged(mode: AccessMode, ...createdWith: readonly AccessMode[]): Promise<TestVolume>;
}

/**
 * Takes the volumes of each test down after it, as a CO would, and expects that no mount, no target, no
 * loop device and no data is left of them.
 */
export function takenDownVolumes(driver: DriverUnderTest, format: Format = 'directory'): Volumes {
  const made: { readonly volume: TestVolume; readonly published: Set<string> }[] = [];

  function kept(volume: TestVolume): TestVolume {
    const published = new Set<string>();
    made.push({ volume, published });
    return {
      ...volume,
      get publishContext() {
        return volume.publishContext;
      },
      async publish(name, changed) {
        const answer = await volume.publish(name, changed);
        if (changed?.target_path === undefined) published.add(name);
        return answer;
      },
    };
  }

  afterEach(async () => {
    const targets: string[] = [];
    for (const { volume, published } of made.splice(0)) {
      for (const name of published) await unlessGone(volume.unpublish(name));
      targets.push(...[...published].map((name) => volume.target(name)));
      if (driver.options.nodeCapabilities.includes('STAGE_UNSTAGE_VOLUME')) {
        await unlessGone(volume.unstage());
      }
      if (driver.options.attach) await volume.detach();
      await volume.remove();
    }
    expect(mountsBelow(driver.scratch.root), 'mounts').to.have.lengthOf(1);
    expect(targets.filter(isThere), 'targets').to.deep.equal([]);
    // Whoever looks into a new device, as udev does, holds it for a moment.
    await eventually(() => {
      expect(attachedBelow(driver.scratch.root), 'loop devices').to.deep.equal([]);
    });
    const { poolDir } = driver.options;
    expect(readdirSync(join(poolDir, 'volumes')), 'data').to.deep.equal([]);
    // What was deleted is removed in the background.
    await eventually(() => {
      for (const name of ['incoming', 'trash']) {
        expect(readdirSync(join(poolDir, name)), name).to.deep.equal([]);
      }
    });
  });

  return {
    created: async (...modes) => kept(await createdVolumeOf(format, driver, ...modes)),
    staged: async (...modes) => kept(await stagedVolumeOf(format, driver, ...modes)),
  };
}

/** A test may have deleted its volume; what shows it must be gone then all the same. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof StatusError) || error.code !== 'NOT_FOUND') throw error;
  });
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
