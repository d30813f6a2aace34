import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { attachment, nodeVolume, volume } from './samples.js';
import { makeStateDirectory, type StateDirectory } from './state-directory.js';

const WRITER = fileURLToPath(new URL('./acknowledging-writer.js', import.meta.url));

describe('LevelDB: kill -9 in the middle of many writes', () => {
  let directory: StateDirectory;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    directory = await makeStateDirectory();
  });

  afterEach(async () => {
    child?.kill('SIGKILL');
    await directory.remove();
  });

  /** Lets the writer write, kills it, and returns the complete lines that it had printed. */
  async function writeAndKill(first: number, lines: number): Promise<string[]> {
    const writer = spawn(process.execPath, [WRITER, directory.path, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = writer;
    let output = '';
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.split('\n').length > lines) writer.kill('SIGKILL');
    });
    await once(writer, 'close');
    expect(writer.signalCode).to.equal('SIGKILL');
    return output.split('\n').slice(0, -1);
  }

  it('leaves everything that was acknowledged, with totals that are right', async () => {
    const rounds = [
      [0, 10],
      [2000, 300],
      [4000, 700],
    ] as const;
    const identities = new Set<string>();
    const lines: string[] = [];
    for (const [first, count] of rounds) {
      lines.push(...(await writeAndKill(first, count)));
      await directory.with(async (store) => {
        identities.add(store.id);
        for (const id of ids(lines, '+')) {
          expect(store.nodeVolume('node-1', id)).to.deep.equal(nodeVolume('node-1', id));
          if (Number(id.slice(-4)) % 3 === 0) continue;
          expect(store.volume(id)).to.deep.equal(volume(id));
          expect(store.attachments(id)).to.deep.equal([attachment(id, 'node-1')]);
        }
        for (const id of ids(lines, '-')) {
          expect(store.volume(id)).to.equal(undefined);
          expect(store.attachments(id)).to.deep.equal([]);
        }
      });
    }
    expect(ids(lines, '+')).to.have.lengthOf.above(500);
    expect(ids(lines, '-')).to.have.lengthOf.above(100);
    expect(identities).to.have.lengthOf(1);
  }).timeout(240_000);
});

/** The ids in the lines that begin with `sign`. */
function ids(lines: readonly string[], sign: '+' | '-'): string[] {
  return lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
}
