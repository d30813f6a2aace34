import { expect } from 'chai';
import { dispatch } from '../../src/cli/dispatch.js';
import { FIELDS, flagName } from '../../src/options/given.js';
import { VERSION } from '../../src/version.js';
import { FakeIo } from './fake-io.js';

describe('dispatch', () => {
  let io = new FakeIo();
  beforeEach(() => {
    io = new FakeIo();
  });

  for (const argv of [
    ['help'],
    ['--help'],
    ['-h'],
    ['-help'],
    ['serve', '--help'],
    ['pool', '--help'],
    ['--attach', '-h'],
  ]) {
    it(`csi-mock ${argv.join(' ')} shows the help`, async () => {
      expect(await dispatch(argv, {}, io)).to.equal(0);
      expect(io.stderr.text).to.equal('');
      for (const command of ['serve', 'pool rebuild', 'help', 'version']) {
        expect(io.stdout.text).to.contain(`csi-mock ${command === 'serve' ? '[serve]' : command}`);
      }
      for (const field of FIELDS) expect(io.stdout.text).to.contain(`  --${flagName(field)}`);
      expect(io.stdout.text.split('\n').filter((line) => line.length > 100)).to.deep.equal([]);
    });
  }

  for (const argv of [['version'], ['--version'], ['-version'], ['serve', '--version']]) {
    it(`csi-mock ${argv.join(' ')} shows name and version`, async () => {
      expect(await dispatch(argv, {}, io)).to.equal(0);
      expect(io.stdout.text).to.equal(`csi-mock ${VERSION}\n`);
      expect(VERSION).to.match(/^\d+\.\d+\.\d+/);
    });
  }

  for (const [argv, message] of [
    [['srve'], "unknown command 'srve'; did you mean serve?"],
    [['frobnicate', '--attach'], "unknown command 'frobnicate'"],
    [['constructor'], "unknown command 'constructor'"],
    [['--stat-dir=/s'], 'unknown option --stat-dir; did you mean --state-dir?'],
    [['serve', '--attach=maybe'], "option attach: expected true or false, got 'maybe'"],
    [['serve', 'serve'], "unexpected argument 'serve'"],
    [
      ['pool', 'rebuild', '--pool-dir'],
      'option pool-dir: expected the path of a directory, got nothing',
    ],
    [['pool'], 'command pool: expected rebuild or adopt, got nothing'],
    [
      ['pool', 'rebiuld'],
      "command pool: expected rebuild or adopt, got 'rebiuld'; did you mean rebuild?",
    ],
  ] as const) {
    it(`csi-mock ${argv.join(' ')} ends with 2, the reason and where to read on`, async () => {
      expect(await dispatch(argv, {}, io)).to.equal(2);
      expect(io.stdout.text).to.equal('');
      expect(io.stderr.text).to.equal(
        `csi-mock: ${message}\ncsi-mock --help lists all commands and options\n`,
      );
    });
  }

  it('a bad variable ends with 2 and names the variable', async () => {
    expect(await dispatch([], { CSIMOCK_SYNC: 'maybe' }, io)).to.equal(2);
    expect(io.stderr.text).to.contain(
      "option sync (CSIMOCK_SYNC): expected always or never, got 'maybe'",
    );
  });
});
