import { resolve } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.js';
import { run } from '../../src/cli/pool.js';
import type { Adoption } from '../../src/services/administration/adoption.js';
import { OptionError } from '../../src/options/option-error.js';
import type { Options } from '../../src/options.js';
import { FakeIo } from './fake-io.js';

describe('pool', () => {
  let io = new FakeIo();
  let rebuilt: Options[] = [];
  let adopted: [Options, Adoption][] = [];
  const pool = (...argv: string[]): Promise<number> =>
    run(argv, {}, io, {
      async rebuild(options) {
        rebuilt.push(options);
        return ['2 volumes found', 'store made'];
      },
      async adopt(options, adoption) {
        adopted.push([options, adoption]);
        return ['adopted'];
      },
    });

  beforeEach(() => {
    io = new FakeIo();
    rebuilt = [];
    adopted = [];
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

  const DEFAULT = { modes: ['MULTI_NODE_MULTI_WRITER'], bytes: undefined };
  const ADOPTIONS: readonly (readonly [argv: string[], adoption: object, stateDir: string])[] = [
    [
      ['/d', '--id', 'a', '--state-dir', '/s'],
      { ...DEFAULT, directory: '/d', id: 'a', name: 'a' },
      '/s',
    ],
    [
      ['d/e', '--state-dir=/s', '-id=a', '-name', 'n', '--size=1Gi', '--access-type=mount'],
      { ...DEFAULT, directory: resolve('d/e'), id: 'a', name: 'n', bytes: 2n ** 30n },
      '/s',
    ],
    [
      [
        '/d',
        '--id=',
        '--mode=SINGLE_NODE_WRITER',
        '--profile=host-path',
        '--mode',
        'MULTI_NODE_READER_ONLY',
      ],
      {
        ...DEFAULT,
        directory: '/d',
        id: '',
        name: '',
        modes: ['SINGLE_NODE_WRITER', 'MULTI_NODE_READER_ONLY'],
      },
      '/csi-data-dir',
    ],
  ];
  for (const [argv, adoption, stateDir] of ADOPTIONS) {
    it(`adopt ${argv.join(' ')}`, async () => {
      expect(await pool('adopt', ...argv)).to.equal(0);
      expect(adopted.map(([options, asked]) => [options.stateDir, asked])).to.deep.equal([
        [stateDir, adoption],
      ]);
      expect(io.stdout.text).to.equal('adopted\n');
    });
  }

  for (const argv of [
    [],
    [''],
    ['--id=a', '/d'],
    ['/d'],
    ['/d', '--id'],
    ['/d', '--id=a', '--id=b'],
    ['/d', '--id=a', '--size=0'],
    ['/d', '--id=a', '--size=1GB'],
    ['/d', '--id=a', '--mode=RWX'],
    ['/d', '--id=a', '--access-type=block'],
    ['/d', '--id=a', '/e'],
    ['/d', '--id=a', '--stat-dir=/s'],
  ]) {
    it(`adopt ${argv.join(' ') || 'nothing'} makes no sense, and adopts nothing`, async () => {
      const error = await pool('adopt', ...argv).catch((thrown: unknown) => thrown);
      expect(error).to.satisfy(
        (thrown: unknown) => thrown instanceof UsageError || thrown instanceof OptionError,
      );
      expect(adopted).to.deep.equal([]);
    });
  }
});
