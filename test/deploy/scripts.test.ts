import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { ROOT } from './manifest.js';

const SCRIPTS = [
  '.ci/run',
  'deploy/examples/migration/migrate',
  'deploy/kind/down',
  'deploy/kind/lib.sh',
  'deploy/kind/up',
  'test/conformance/run',
  'test/sanity/run',
];

describe('shell scripts', () => {
  before(function () {
    // Debian's package shellcheck.
    if (spawnSync('shellcheck', ['--version']).status !== 0) this.skip();
  });

  for (const script of SCRIPTS) {
    it(`${script} passes shellcheck`, () => {
      const { stdout } = spawnSync('shellcheck', ['--external-sources', script], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      expect(stdout).to.equal('');
    });
  }

  it('all of them are known here', () => {
    const { stdout } = spawnSync('git', ['grep', '-lE', '^#!.*(bash|/sh)'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([...SCRIPTS]).to.include.members(stdout.split('\n').filter(Boolean));
  });
});
