import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { dispatch } from '../../src/cli/dispatch.js';
import { FakeIo } from './fake-io.js';

async function script(shell: string): Promise<string> {
  const io = new FakeIo();
  expect(await dispatch(['completion', shell], {}, io)).to.equal(0);
  return io.stdout.text;
}

const COMMANDS =
  'serve check call calls replay faults volumes nodes health clear pool completion help version'.split(
    ' ',
  );

describe('completion', () => {
  for (const [words, offered] of [
    [[''], COMMANDS],
    [['c'], ['check', 'call', 'calls', 'clear', 'completion']],
    [['calls', '--fo'], ['--follow']],
    [
      ['faults', 're'],
      ['replace', 'remove'],
    ],
    [['volumes', '--a'], ['--admin-socket']],
    [['replay', '--s'], ['--secrets']],
    [['--log-f'], ['--log-format']],
    [['--sync=never', '--log-f'], ['--log-format']],
    [
      ['serve', '--log-format', ''],
      ['auto', 'json', 'pretty'],
    ],
    [['--sync', '=', 'n'], ['never']],
    [
      ['check', '--format', ''],
      ['text', 'json', 'junit', 'markdown', 'tap'],
    ],
    [
      ['check', '--format', '=', 'j'],
      ['json', 'junit'],
    ],
    [['check', '--node'], ['--node-endpoint']],
    [
      ['call', 'NodeG'],
      ['NodeGetVolumeStats', 'NodeGetCapabilities', 'NodeGetInfo'],
    ],
    [
      ['call', 'CreateVolume', '--format', ''],
      ['text', 'json'],
    ],
    [
      ['call', 'NodePublishVolume', '--volume-capability.mount.'],
      [
        '--volume-capability.mount.fs-type',
        '--volume-capability.mount.mount-flags',
        '--volume-capability.mount.volume-mount-group',
      ],
    ],
    [
      ['call', 'NodePublishVolume', '--volume-capability.access-mode.mode', 'SINGLE_NODE_S'],
      ['SINGLE_NODE_SINGLE_WRITER'],
    ],
    [['completion', 'f'], ['fish']],
    [['version', ''], []],
  ] as const) {
    it(`bash: csi-mock ${words.join(' ')} offers ${offered.join(' ') || 'nothing'}`, async () => {
      const program = `${await script('bash')}
COMP_WORDS=(csi-mock "$@"); COMP_CWORD=$#; _csi_mock; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const output = execFileSync('bash', ['-c', program, 'bash', ...words], { encoding: 'utf8' });
      expect(output.split('\n').filter((line) => line !== '')).to.deep.equal(offered);
    });
  }

  it('bash: is registered for csi-mock', async () => {
    const program = `${await script('bash')}\ncomplete -p csi-mock`;
    expect(execFileSync('bash', ['-c', program], { encoding: 'utf8' })).to.contain('-F _csi_mock');
  });

  it('zsh: runs the completion of bash', async () => {
    const text = await script('zsh');
    expect(text.endsWith(await script('bash'))).to.equal(true);
    expect(text).to.contain('bashcompinit');
  });

  for (const line of [
    `complete -c csi-mock -n '__fish_use_subcommand' -f -a '${COMMANDS.join(' ')}'`,
    "complete -c csi-mock -n '__fish_seen_subcommand_from check' -l format -x -a 'text json junit markdown tap'",
    "complete -c csi-mock -n '__fish_seen_subcommand_from call; and __fish_seen_subcommand_from CreateVolume' -l capacity-range.required-bytes",
  ]) {
    it(`fish: ${line}`, async () => {
      expect((await script('fish')).split('\n')).to.include(line);
    });
  }

  for (const [argv, message] of [
    [[], 'expected bash, zsh or fish, got nothing'],
    [['bsh'], "got 'bsh'; did you mean bash?"],
    [['bash', 'zsh'], 'expected bash, zsh or fish'],
  ] as const) {
    it(`completion ${argv.join(' ')} ends with 2`, async () => {
      const io = new FakeIo();
      expect(await dispatch(['completion', ...argv], {}, io)).to.equal(2);
      expect(io.stderr.text).to.contain(message);
      expect(io.stdout.text).to.equal('');
    });
  }
});
