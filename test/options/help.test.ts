import { expect } from 'chai';
import { FIELDS, flagName } from '../../src/options/given.js';
import { optionHelp } from '../../src/options/help.js';
import { HOST_PATH_FLAGS } from '../../src/options/host-path-flag.js';
import { GROUPS, type Option } from '../../src/options/option.js';
import { OPTIONS } from '../../src/options/table.js';

describe('optionHelp', () => {
  const lines = optionHelp().split('\n');
  const words = optionHelp().replaceAll(/\s+/g, ' ');

  for (const field of FIELDS) {
    it(`--${flagName(field)}: its place, sentence, default, other names and variables`, () => {
      const {
        help,
        derived,
        default: own,
        aliases = [],
        env = [],
      }: Option<unknown> = OPTIONS[field];
      expect(
        lines.filter((line) => new RegExp(`^  --${flagName(field)}[ [=]`).test(line)),
      ).to.have.length(1);
      expect(words).to.contain(help);
      if (derived ?? own) expect(words).to.contain(`(default: ${derived ?? own}`);
      for (const name of [...aliases.map((alias) => `--${alias}`), ...env])
        expect(words).to.contain(name);
    });
  }

  it('names every flag of csi-driver-host-path', () => {
    for (const name of HOST_PATH_FLAGS.keys())
      expect(words).to.match(new RegExp(` --?${name}(,| |$)`));
  });

  it('shows the headings in order', () => {
    const headings = lines.filter((line) => /^\S.*:$/.test(line)).map((line) => line.slice(0, -1));
    expect(headings.slice(0, GROUPS.length)).to.deep.equal(GROUPS);
  });

  it('keeps to 96 columns', () => {
    expect(lines.filter((line) => line.length > 96)).to.deep.equal([]);
  });
});
