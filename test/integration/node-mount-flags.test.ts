import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability, type TestVolume } from './test-volume.js';

const MODE = 'MULTI_NODE_MULTI_WRITER';
const withFlags = (...mount_flags: string[]) => ({
  volume_capability: mountCapability(MODE, { mount_flags }),
});

/** Flags, and what the kernel lists then beside `rw` and `relatime`, which are there without any. */
const HONOURED: [readonly string[], readonly string[]][] = [
  [[], ['rw', 'relatime']],
  [['defaults'], ['rw', 'relatime']],
  [['ro'], ['ro', 'relatime']],
  [['nosuid'], ['rw', 'nosuid', 'relatime']],
  [['nodev'], ['rw', 'nodev', 'relatime']],
  [['noexec'], ['rw', 'noexec', 'relatime']],
  [['noatime'], ['rw', 'noatime']],
  [['nodiratime'], ['rw', 'nodiratime', 'relatime']],
  [['relatime'], ['rw', 'relatime']],
  [['strictatime'], ['rw']],
  [['nosymfollow'], ['rw', 'relatime', 'nosymfollow']],
  [
    ['nodev', 'noexec', 'nosuid', 'noatime', 'ro'],
    ['ro', 'nosuid', 'nodev', 'noexec', 'noatime'],
  ],
  [['noatime', 'strictatime'], ['rw']],
  [
    ['noexec', 'exec'],
    ['rw', 'relatime'],
  ],
  [
    ['exec', 'noexec'],
    ['rw', 'noexec', 'relatime'],
  ],
  [
    ['ro', 'rw'],
    ['rw', 'relatime'],
  ],
];

describe('mount_flags', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  for (const [flags, expected] of HONOURED) {
    it(`"${flags.join(',')}" shows as ${expected.join(',')}`, async () => {
      const volume = await volumes.staged(MODE);
      await volume.publish('a', withFlags(...flags));
      expect(attributesAt(volume.target('a'))).to.have.members(expected);
      await volume.publish('plain');
      expect(attributesAt(volume.target('plain'))).to.have.members(['rw', 'relatime']);
    });

    it(`"${flags.join(',')}" shows as ${expected.join(',')} where the volume is staged`, async () => {
      const volume = await volumes.created(MODE);
      await volume.attach();
      await volume.stage(withFlags(...flags));
      expect(attributesAt(volume.stagingPath)).to.have.members(expected);
    });
  }

  describe('have their effect', () => {
    let volume: TestVolume;
    beforeEach(async () => {
      volume = await volumes.staged(MODE);
    });
    const file = (target: string, name: string) => join(volume.target(target), name);

    it('noexec', async () => {
      await volume.publish('plain');
      await volume.publish('a', withFlags('noexec'));
      copyFileSync('/bin/true', file('plain', 'true'));
      execFileSync(file('plain', 'true'));
      expect(() => execFileSync(file('a', 'true'))).to.throw('EACCES');
    });

    it('nodev', async () => {
      await volume.publish('plain');
      await volume.publish('a', withFlags('nodev'));
      execFileSync('mknod', [file('plain', 'null'), 'c', '1', '3']);
      writeFileSync(file('plain', 'null'), '');
      expect(() => writeFileSync(file('a', 'null'), '')).to.throw('EACCES');
    });

    it('nosymfollow', async () => {
      await volume.publish('plain');
      await volume.publish('a', withFlags('nosymfollow'));
      writeFileSync(file('plain', 'file'), 'data');
      symlinkSync('file', file('plain', 'link'));
      expect(readFileSync(file('plain', 'link'), 'utf8')).to.equal('data');
      expect(() => readFileSync(file('a', 'link'))).to.throw('ELOOP');
    });

    it('ro', async () => {
      await volume.publish('a', withFlags('ro'));
      expect(() => writeFileSync(file('a', 'file'), '')).to.throw('EROFS');
    });
  });

  it('in another order are other flags at the same target: ALREADY_EXISTS', async () => {
    const volume = await volumes.staged(MODE);
    await volume.publish('a', withFlags('noexec', 'nodev'));
    await volume.publish('a', withFlags('noexec', 'nodev'));
    const call = () => volume.publish('a', withFlags('nodev', 'noexec'));
    await refusedUnchanged(driver, call, 'ALREADY_EXISTS', /mount_flags/);
  });

  it('of the staging stay in force where the volume is published without any', async () => {
    const volume = await volumes.created(MODE);
    await volume.attach();
    await volume.stage(withFlags('noexec', 'ro'));
    await volume.publish('a');
    expect(attributesAt(volume.target('a'))).to.include.members(['noexec', 'ro']);
  });

  it('that take back those of the staging are FAILED_PRECONDITION, in words that do not quote them', async () => {
    const volume = await volumes.created(MODE);
    await volume.attach();
    await volume.stage(withFlags('noexec', 'nodev', 'noatime'));
    for (const flag of ['exec', 'dev']) {
      const publish = () => volume.publish('a', withFlags(flag));
      const words = /^(?!.*(exec|nodev)).* with mount_flags that those of the publish take back/;
      await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', words);
    }
    await volume.publish('a', withFlags('rw', 'suid', 'relatime', 'exec', 'noexec'));
    expect(attributesAt(volume.target('a'))).to.have.members(['rw', 'nodev', 'noexec', 'relatime']);
  });

  describe('that are unknown are INVALID_ARGUMENT, in words that do not quote them', () => {
    for (const flag of [
      'password=hunter2',
      'NOEXEC',
      ' noexec',
      'noexec,nodev',
      '',
      'bind',
      'remount',
      'size=1G',
      '__proto__',
    ]) {
      it(JSON.stringify(flag), async () => {
        const volume = await volumes.created(MODE);
        await volume.attach();
        const expected =
          /^volume_capability\.mount\.mount_flags\[1\] is no mount flag that this driver knows$/;
        const stage = () => volume.stage(withFlags('noexec', flag));
        await refusedUnchanged(driver, stage, 'INVALID_ARGUMENT', expected);
        await volume.stage();
        const publish = () => volume.publish('a', withFlags('noexec', flag));
        await refusedUnchanged(driver, publish, 'INVALID_ARGUMENT', expected);
      });
    }
  });

  describe('are limited to 4 KiB in all', () => {
    it('4096 bytes are taken', async () => {
      const volume = await volumes.staged(MODE);
      await volume.publish('a', withFlags(...Array.from({ length: 1024 }, () => 'exec')));
      expect(attributesAt(volume.target('a'))).to.have.members(['rw', 'relatime']);
    });

    it('4098 bytes are INVALID_ARGUMENT', async () => {
      const volume = await volumes.staged(MODE);
      const flags = [...Array.from({ length: 1024 }, () => 'exec'), 'ro'];
      await refused(
        volume.publish('a', withFlags(...flags)),
        'INVALID_ARGUMENT',
        /mount_flags must not exceed 4096 bytes/,
      );
    });
  });
});

/** What /proc/self/mountinfo lists for the one mount at a path. */
function attributesAt(path: string): string[] {
  const mounts = mountsBelow(path);
  expect(mounts).to.have.lengthOf(1);
  return mounts[0]?.split(' ')[5]?.split(',') ?? [];
}
