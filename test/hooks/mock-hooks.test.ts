import { expect } from 'chai';
import type { HookOutcome } from '../../src/hooks/hook.js';
import { HooksError } from '../../src/hooks/hooks-error.js';
import { eventually } from '../integration/eventually.js';
import { patiently } from '../patiently.js';
import { rejectionOf } from '../store/rejection.js';
import { runHook, withHookSite } from './hook-site.js';

const codeOf = (outcome: HookOutcome): unknown =>
  outcome.kind === 'thrown' ? outcome.code : outcome.kind;

describe('hooks.yaml of the csi-test mock', () => {
  const site = withHookSite();

  it('runs globals once, and each script in the same globals', async () => {
    const hooks = await site.start(
      'hooks.yaml',
      `globals: |
  counter = 0;
  console.log("globals loaded", [1, 2]);
createVolumeStart: |
  counter += 1;
  if (counter < 3) { DEADLINEEXCEEDED; } else { OK; }
nodeStageVolumeEnd: "INTERNAL"
`,
    );
    const codes = [];
    for (let call = 0; call < 4; call++)
      codes.push(codeOf(await runHook(hooks, 'before', 'CreateVolume')));
    expect(codes).to.deep.equal([
      'DEADLINE_EXCEEDED',
      'DEADLINE_EXCEEDED',
      'unchanged',
      'unchanged',
    ]);
    expect(codeOf(await runHook(hooks, 'after', 'NodeStageVolume', { response: {} }))).to.equal(
      'INTERNAL',
    );
    await eventually(() =>
      expect(site.lines.map(({ hook }) => hook)).to.deep.equal(['globals loaded [ 1, 2 ]']),
    );
  });

  it('has scripts for the RPCs that it names, and for no others: not for ControllerGetVolume', async () => {
    const hooks = await site.start(
      'hooks.yml',
      'getCapacity: ABORTED\ncreateVolumeStart: OK\nnodeUnpublishVolumeEnd: OK\nnodeGetInfo: OK\n',
    );
    const had = [
      'GetCapacity',
      'CreateVolume',
      'NodeUnpublishVolume',
      'NodeGetInfo',
      'ControllerGetVolume',
      'Probe',
    ];
    expect(had.filter((rpc) => hooks.has('before', rpc))).to.deep.equal([
      'GetCapacity',
      'CreateVolume',
      'NodeGetInfo',
    ]);
    expect(had.filter((rpc) => hooks.has('after', rpc))).to.deep.equal(['NodeUnpublishVolume']);
    expect(codeOf(await runHook(hooks, 'before', 'GetCapacity'))).to.equal('ABORTED');
  });

  const values: [string, string, string][] = [
    ['an integer', '4', 'DEADLINE_EXCEEDED'],
    ['nought', '0', 'unchanged'],
    ['an integer that is no code', '99', 'UNKNOWN'],
    ['a fraction', '4.5', 'unchanged'],
    ['text', '"4"', 'unchanged'],
    ['nothing', 'var a = 1;', 'unchanged'],
    ['a name', 'CANCELED', 'CANCELLED'],
    ['another name', 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
  ];
  for (const [title, script, code] of values) {
    it(`takes a script that comes to ${title} for ${code}`, async () => {
      const hooks = await site.start('hooks.yaml', JSON.stringify({ deleteVolumeStart: script }));
      expect(codeOf(await runHook(hooks, 'before', 'DeleteVolume'))).to.equal(code);
    });
  }

  it('goes on after an exception, and after a script without end', async () => {
    const text =
      'globals: n = 0\ncreateVolumeStart: "n++; missing()"\ndeleteVolumeStart: "n++; for (;;) {}"\ngetCapacity: "n"\n';
    await patiently(100, async (limitMs) => {
      const hooks = await site.start('hooks.yaml', text, limitMs);
      expect(await runHook(hooks, 'before', 'CreateVolume')).to.include({
        kind: 'thrown',
        message: 'missing is not defined',
      });
      expect(await runHook(hooks, 'before', 'DeleteVolume'))
        .to.have.property('message')
        .that.includes('timed out');
      expect(codeOf(await runHook(hooks, 'before', 'GetCapacity'))).to.equal('UNKNOWN');
    });
  });

  it('has no way out of its globals by accident', async () => {
    const hooks = await site.start('hooks.yaml', 'getCapacity: "process.exit(3)"');
    expect(await runHook(hooks, 'before', 'GetCapacity')).to.include({
      message: 'process is not defined',
    });
  });

  const refused: [string, string, RegExp][] = [
    [
      'an unknown key',
      'createVolume: OK',
      /line 1, column 1: unknown key "createVolume"; did you mean createVolumeStart/,
    ],
    [
      'the key that the mock itself calls and does not know',
      'getVolumeStart: OK',
      /line 1.*unknown key/,
    ],
    ['a list', '[a]', /line 1, column 1: expected scripts by the names of the hooks/],
    ['a script that is a map', 'globals: {a: b}', /line 1, column 10: globals: expected a script/],
    ['no YAML', 'globals: "', /line 1, .*neither YAML nor JSON/],
    [
      'a script that is none',
      'getCapacity: "if ("',
      /getCapacity: Unexpected token|getCapacity: Unexpected end/,
    ],
    ['globals that throw', 'globals: missing()', /missing is not defined/],
    ['globals without end', 'globals: for (;;) {}', /timed out/],
  ];
  for (const [title, text, message] of refused) {
    it(`with ${title} is refused, and says why`, async () => {
      const limitMs = title.includes('without end') ? 100 : undefined;
      const error = await rejectionOf(site.start('hooks.yaml', text, limitMs), HooksError);
      expect(error.message)
        .to.match(/^hooks in .*hooks\.yaml: /)
        .and.match(message);
    });
  }
});
