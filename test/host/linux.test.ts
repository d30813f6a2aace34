import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { requireLinux } from '../../src/host/linux.js';

describe('requireLinux', () => {
  it('is content on Linux', () => {
    expect(requireLinux).not.to.throw();
  });

  it('says what is missing elsewhere, when something is called and not at import', () => {
    const host = new URL('../../src/host/', import.meta.url).href;
    const script = `
      Object.defineProperty(process, 'platform', { value: 'plan9' });
      const { bindMounter } = await import('${host}bind-mounter.js');
      const { bootId } = await import('${host}boot.js');
      const { canMount } = await import('${host}mount-right.js');
      const { enterOwnNamespace } = await import('${host}own-namespace.js');
      const { close } = await import('${host}syscalls.js');
      for (const call of [
        () => bindMounter({ workDirectory: '/' }),
        () => bootId(),
        () => close(-1),
        () => enterOwnNamespace({ argv: [], env: {} }),
      ]) {
        try { console.log(call()); } catch (error) { console.log(error.message); }
      }
      console.log(canMount('${tmpdir()}'));
    `;
    const node = ['--input-type=module', '--eval', script];
    const { stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8' });
    expect(stderr).to.equal('');
    const message = 'mounting volumes needs Linux; this is plan9\n';
    expect(stdout).to.equal(message.repeat(5));
  });
});
