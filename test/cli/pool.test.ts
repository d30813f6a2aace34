import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.js';
import { run } from '../../src/cli/pool.js';
import type { Options } from '../../src/options.js';
import { FakeIo } from './fake-io.js';

describe('pool', () => {
  let io = new FakeIo();
  let rebuilt: Options[] = [];
  const pool = (...argv: string[]): Promise<number> =>
    run(argv, {}, io, async (options) => {
      rebuilt.push(options);
      return ['2 volumes found', 'store made'];
    });

  beforeEach(() => {
    io = new FakeIo();
    rebuilt = [];
  });

  it('rebuild takes the options of the driver, and shows what was found', async () => {
    expect(await pool('rebuild', '--profile=host-path', '--pool-dir=/p')).to.equal(0);
    expect(rebuilt.map(({ stateDir, poolDir }) => [stateDir, poolDir])).to.deep.equal([
      ['/csi-data-dir', '/p'],
    ]);
    expect(io.stdout.text).to.equal('2 volumes found\nstore made\n');
  });

  for (const argv of [[], ['rebuilt'], ['--state-dir=/s', 'rebuild']]) {
    it(`${argv.join(' ') || 'nothing'} is no command, and rebuilds nothing`, async () => {
      const error = await pool(...argv).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(UsageError);
      expect(rebuilt).to.deep.equal([]);
    });
  }
});
