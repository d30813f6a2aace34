import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './manifest.js';

/** What a script ended with. */
interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Programs that only note how they are called, in place of those of this machine. */
export interface FakeTools {
  /** What stands for the directory that all nodes share; not there at first. */
  readonly shared: string;
  /** Makes a program: the text of a shell script, after the line that notes the call. */
  add(name: string, script?: string): void;
  /** Runs a script below deploy/ with these programs and the plainest of the system's. */
  run(script: string, ...args: readonly string[]): Ended;
  /** The calls so far, a line each. */
  calls(): readonly string[];
  remove(): void;
}

const PLAIN = [
  'awk',
  'bash',
  'cat',
  'chmod',
  'dirname',
  'env',
  'grep',
  'mkdir',
  'paste',
  'rmdir',
  'wc',
];

export function fakeTools(): FakeTools {
  const directory = mkdtempSync(join(tmpdir(), 'csi-mock-test-'));
  const journal = join(directory, 'calls');
  writeFileSync(journal, '');
  for (const name of PLAIN) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    symlinkSync(stdout.trim(), join(directory, name));
  }
  const checkout = join(directory, 'checkout');
  cpSync(join(ROOT, 'deploy'), join(checkout, 'deploy'), { recursive: true });
  const shared = join(directory, 'shared');
  const lib = join(checkout, 'deploy/kind/lib.sh');
  const names = readFileSync(lib, 'utf8');
  writeFileSync(lib, names.replace(/^readonly SHARED=.*$/m, `readonly SHARED=${shared}`));
  return {
    shared,
    add(name, script = '') {
      const file = join(directory, name);
      writeFileSync(
        file,
        `#!${join(directory, 'bash')}\necho "${name} $*" >> ${journal}\n${script}\n`,
      );
      chmodSync(file, 0o755);
    },
    run(script, ...args) {
      const env = { PATH: directory };
      return spawnSync('bash', [join(checkout, script), ...args], { encoding: 'utf8', env });
    },
    calls: () => readFileSync(journal, 'utf8').split('\n').filter(Boolean),
    remove: () => rmSync(directory, { recursive: true }),
  };
}
