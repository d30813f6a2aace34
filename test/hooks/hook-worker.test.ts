import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { HooksError } from '../../src/hooks/hooks-error.js';
import { eventually } from '../integration/eventually.js';
import { patiently } from '../patiently.js';
import { rejectionOf } from '../store/rejection.js';
import { runHook, withHookSite } from './hook-site.js';

const COUNTING = `let calls = 0;
export async function before(call) {
  calls += 1;
  if (call.method === 'Loop') for (;;) {}
  if (call.method === 'Wait') await new Promise(() => {});
  if (call.method === 'Exit') process.exit(1);
  if (call.method === 'Reject') void Promise.reject(new Error('nobody listens'));
  if (call.method === 'Count') throw Object.assign(new Error(String(calls)), { code: 'ABORTED' });
}
`;

describe('the thread of the hooks', () => {
  const site = withHookSite();

  it('tells what a hook did to the request', async () => {
    const hooks = await site.start(
      'hooks.mjs',
      `export function before(call) {
        if (call.request.name === 'other') call.request.name = 'changed';
        if (call.request.name === 'answer') return { id: 'made up' };
        if (call.request.name === 'new') call.request = { name: call.service + ' ' + call.method + ' ' + call.node };
      }`,
    );
    const outcomes = [];
    for (const name of ['same', 'other', 'new', 'answer']) {
      outcomes.push(await runHook(hooks, 'before', 'CreateVolume', { request: { name } }));
    }
    expect(outcomes).to.deep.equal([
      { kind: 'unchanged' },
      { kind: 'changed', message: '{"name":"changed"}' },
      { kind: 'changed', message: '{"name":"Controller CreateVolume node-1"}' },
      { kind: 'answered', message: '{"id":"made up"}' },
    ]);
    expect([hooks.has('before', 'Probe'), hooks.has('after', 'Probe')]).to.deep.equal([
      true,
      false,
    ]);
  });

  it('tells what a hook did to the response', async () => {
    const hooks = await site.start(
      'hooks.js',
      `export async function after({ request }, response) {
        if (request.name === 'mend') response.size = 1;
        if (request.name === 'new') return { size: 2 };
      }`,
    );
    const outcomes = [];
    for (const name of ['same', 'mend', 'new']) {
      outcomes.push(
        await runHook(hooks, 'after', 'CreateVolume', { request: { name }, response: { size: 0 } }),
      );
    }
    expect(outcomes).to.deep.equal([
      { kind: 'unchanged' },
      { kind: 'changed', message: '{"size":1}' },
      { kind: 'changed', message: '{"size":2}' },
    ]);
  });

  it('is replaced when a hook does not end; the calls behind it are served by the next', async () => {
    await patiently(200, async (limitMs) => {
      const hooks = await site.start('hooks.mjs', COUNTING, limitMs);
      const outcomes = await Promise.all(
        ['Loop', 'Count', 'Count'].map((method) => runHook(hooks, 'before', method)),
      );
      expect(outcomes[0]).to.deep.equal({ kind: 'lost', reason: `took longer than ${limitMs} ms` });
      expect(outcomes.slice(1)).to.deep.equal([1, 2].map((n) => thrown(n, outcomes[n])));
    });
  });

  it('is kept, with what it knows, when a hook only waits for ever', async () => {
    await patiently(200, async (limitMs) => {
      const hooks = await site.start('hooks.mjs', COUNTING, limitMs);
      const waiting = runHook(hooks, 'before', 'Wait');
      expect(await runHook(hooks, 'before', 'Count')).to.include({ kind: 'thrown', message: '2' });
      const reason = `took longer than ${limitMs} ms`;
      expect(await waiting).to.deep.equal({ kind: 'lost', reason });
      expect(await runHook(hooks, 'before', 'Count')).to.include({ kind: 'thrown', message: '3' });
    });
  });

  it('is replaced when a hook ends it, and the other hooks that ran in it are lost too', async () => {
    const hooks = await site.start('hooks.mjs', COUNTING);
    const [waiting, exit] = await Promise.all([
      runHook(hooks, 'before', 'Wait'),
      runHook(hooks, 'before', 'Exit'),
    ]);
    for (const outcome of [waiting, exit]) expect(outcome).to.have.property('kind', 'lost');
    expect(await runHook(hooks, 'before', 'Count')).to.include({ kind: 'thrown', message: '1' });
  });

  it('survives a rejection that nobody handles', async () => {
    const hooks = await site.start('hooks.mjs', COUNTING);
    await runHook(hooks, 'before', 'Reject');
    await eventually(() => expect(JSON.stringify(site.lines)).to.include('nobody listens'));
    expect(await runHook(hooks, 'before', 'Count')).to.include({ message: '2' });
  });

  it('sends no message that is far too large', async () => {
    const hooks = await site.start(
      'hooks.mjs',
      `export const after = () => ({ message: 'x'.repeat(100 * 2 ** 20) });`,
    );
    const outcome = await runHook(hooks, 'after', 'CreateVolume', { response: {} });
    expect(outcome)
      .to.have.property('reason')
      .that.matches(/^made a message of 1048576\d\d characters of JSON; at most 4194304/);
    expect(await runHook(hooks, 'after', 'CreateVolume', { response: {} })).to.have.property(
      'kind',
      'lost',
    );
  });

  for (const point of ['before', 'after'] as const) {
    it(`${point}: leaves a message that is far too large as it is, where it does not change it`, async () => {
      const hooks = await site.start('hooks.mjs', `export const ${point} = () => undefined;`);
      const large = { text: 'x'.repeat(5 * 2 ** 20) };
      const outcome = await runHook(hooks, point, 'CreateVolume', {
        request: large,
        ...(point === 'after' ? { response: large } : {}),
      });
      expect(outcome).to.deep.equal({ kind: 'unchanged' });
    });
  }

  it('ends rather than the driver when a hook takes all memory', async function () {
    this.timeout(60_000);
    const hooks = await site.start(
      'hooks.mjs',
      `const all = [];
      export function before(call) {
        if (call.method === 'Take') for (;;) all.push(new Array(100_000).fill(1.5 + all.length));
      }`,
    );
    expect(await runHook(hooks, 'before', 'Take'))
      .to.have.property('reason')
      .that.matches(/memory/);
    expect(await runHook(hooks, 'before', 'Other')).to.deep.equal({ kind: 'unchanged' });
  });

  it('loses lines of a hook that writes faster than the log takes them', async () => {
    const hooks = await site.start(
      'hooks.mjs',
      `import { writeFileSync } from 'node:fs';
      export function before() {
        for (let line = 0; line < 5000; line++) console.log(line, 'x'.repeat(5000));
        writeFileSync(new URL('./written', import.meta.url), '');
      }`,
    );
    const running = runHook(hooks, 'before', 'CreateVolume');
    // Stands still, so that the log takes no line before all are written.
    while (!existsSync(site.path('written'))) execFileSync('sleep', ['0.01']);
    await running;
    await eventually(() => expect(site.lines).to.have.lengthOf(1000));
    for (const { hook } of site.lines) expect(hook).to.have.length.at.most(1000);
  });

  it('that cannot be replaced loses its hooks, and the next call tries again', async () => {
    const hooks = await site.start(
      'hooks.mjs',
      `import { rmSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      rmSync(fileURLToPath(import.meta.url));
      export const before = (call) => { if (call.method === 'Loop') for (;;) {} };`,
      200,
    );
    const outcomes = await Promise.all(
      ['Loop', 'Other'].map((method) => runHook(hooks, 'before', method)),
    );
    const again = 'was lost: the hooks could not be loaded again';
    expect(outcomes[0]).to.have.property('reason', 'took longer than 200 ms');
    expect(outcomes[1]).to.have.property('reason', again);
    expect(await runHook(hooks, 'before', 'Other')).to.have.property('reason', again);
  });

  it('answers nothing any more once it was stopped', async () => {
    const hooks = await site.start('hooks.mjs', COUNTING);
    const waiting = runHook(hooks, 'before', 'Wait');
    await hooks.stop();
    for (const outcome of [await waiting, await runHook(hooks, 'before', 'Count')]) {
      expect(outcome).to.have.property('kind', 'lost');
    }
  });

  const refused: [string, string, RegExp][] = [
    [
      'neither export',
      'export const befor = () => {};',
      /exports before, after or both; did you mean before\?/,
    ],
    ['nothing', '', /exports before, after or both$/],
    [
      'an export that is no function',
      'export const after = 5;',
      /expected the export after to be a function/,
    ],
    ['a mistake', 'export function before( {', /hooks\.mjs: (?:Unexpected|Missing)/],
    ['an exception', 'throw new Error("not today");', /not today/],
    ['an end', 'process.exit(0);', /ended while it loaded/],
  ];
  for (const [title, text, message] of refused) {
    it(`does not begin with a module that has ${title}`, async () => {
      const error = await rejectionOf(site.start('hooks.mjs', text), HooksError);
      expect(error.message).to.match(message);
    });
  }
});

/** Whatever the stack is. */
function thrown(calls: number, outcome: unknown): object {
  const stack: unknown =
    typeof outcome === 'object' && outcome !== null ? Reflect.get(outcome, 'stack') : '';
  return { kind: 'thrown', code: 'ABORTED', message: String(calls), stack };
}
