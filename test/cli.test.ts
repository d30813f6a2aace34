import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../src/version.js';

const CLI = fileURLToPath(new URL('../src/cli.cjs', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function csiMock(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...argv], { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

describe('the program', () => {
  it('tells its version', async () => {
    expect(await csiMock(['--version'])).to.deep.equal({
      code: 0,
      stdout: `csi-mock ${VERSION}\n`,
      stderr: '',
    });
  });

  it('ends with 2 for a command line that makes no sense', async () => {
    const { code, stdout, stderr } = await csiMock(['--attach-limit=few']);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.contain("option attach-limit: expected a whole number from 0, got 'few'");
  });

  it('loads nothing but its own files for the help', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'csi-mock-cli-'));
    try {
      await csiMock(['--help'], { NODE_V8_COVERAGE: directory });
      const reports = await readdir(directory);
      const texts = await Promise.all(
        reports.map((report) => readFile(join(directory, report), 'utf8')),
      );
      const loaded = texts.join('').match(/file:\/\/[^"]+/g) ?? [];
      expect(loaded.some((url) => url.endsWith('/src/options/help.js'))).to.equal(true);
      expect(loaded.filter((url) => url.includes('/node_modules/'))).to.deep.equal([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
