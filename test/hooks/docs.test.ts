import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { runHook, withHookSite } from './hook-site.js';

const GUIDE = readFileSync('docs/hooks.md', 'utf8');

/** The first example in a language. */
function example(language: string): string {
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(GUIDE)?.[1] ?? '';
}

describe('the guide to hooks', () => {
  const site = withHookSite();

  it('shows a module that does what is said', async () => {
    const hooks = await site.start('hooks.mjs', example('js'));
    const stage = () => runHook(hooks, 'before', 'NodeStageVolume');
    expect(await stage()).to.include({ kind: 'thrown', code: 'ABORTED', message: 'not yet' });
    await stage();
    expect(await stage()).to.deep.equal({ kind: 'unchanged' });
    const request = { parameters: {} };
    expect(await runHook(hooks, 'before', 'CreateVolume', { request })).to.deep.equal({
      kind: 'changed',
      message: '{"parameters":{"kind":"fast"}}',
    });
    const response = { volume: {} };
    expect(await runHook(hooks, 'after', 'CreateVolume', { response })).to.deep.equal({
      kind: 'changed',
      message: '{"volume":{"volume_context":{"tier":"gold"}}}',
    });
  });

  it("shows a hooks.yaml of the mock's that does what is said", async () => {
    const hooks = await site.start('hooks.yaml', example('yaml'));
    const create = () => runHook(hooks, 'before', 'CreateVolume');
    expect(await create()).to.include({ kind: 'thrown', code: 'DEADLINE_EXCEEDED' });
    await create();
    expect(await create()).to.deep.equal({ kind: 'unchanged' });
  });
});
