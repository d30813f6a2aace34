import { lstatSync } from 'node:fs';
import { bindMounter } from '../../src/host/bind-mounter.js';
import { canMount } from '../../src/host/mount-right.js';
import { MountRefusal } from '../../src/host/mount-refusal.js';
import { MOUNT_ATTRIBUTES } from '../../src/model/mount-flags.js';

/*
 * A program for tests: does with a mounter what its arguments say, as the user and in the namespace
 * that it runs in, and prints what came out.
 */

const [verb = '', api, path = '', target = '', ...names] = process.argv.slice(2);
const mounter = bindMounter({ workDirectory: path, api: api === 'classic' ? 'classic' : 'tree' });

const verbs: Readonly<Record<string, () => string>> = {
  bind() {
    const { dev, ino } = lstatSync(path, { bigint: true });
    const identity = { device: dev, inode: ino };
    const attributes = MOUNT_ATTRIBUTES.filter((name) => names.includes(name));
    mounter.bind({ source: path, identity, target, createTarget: true, attributes });
    return 'bound';
  },
  unbind: () => (mounter.unbind(path) ? 'unbound' : 'nothing there'),
  'can-mount': () => canMount(path) ?? 'can mount',
};

try {
  console.log(verbs[verb]?.());
} catch (error) {
  console.log(error instanceof MountRefusal ? error.reason : String(error));
}
