import { chmodSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { enterOwnNamespace } from '../../src/host/own-namespace.js';
import { asNobody, program } from './nobody.js';
import { isRoot, scratch, type Scratch } from './scratch.js';

interface State {
  readonly pid: number;
  readonly cwd: string;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  readonly own: boolean;
  readonly mount?: string;
  readonly inherited: readonly string[];
  readonly open: readonly string[];
  readonly reason?: string;
}

describe('enterOwnNamespace', function () {
  let place: Scratch;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = scratch();
    chmodSync(place.root, 0o777);
  });
  afterEach(() => place.remove());

  const command = () =>
    program('own-namespace-program', [place.root, 'two words', ''], ['--title=a title']);

  /** Runs the program as a user without rights; what it printed. */
  const run = (environment: readonly string[] = []): State[] =>
    states(asNobody(['env', ...environment, ...command()], { cwd: place.root }).stdout);

  it('runs the same command again, in the same process, with the right to mount', () => {
    const [outside, inside, ...end] = run();
    expect(outside?.mount).to.match(/operation not permitted/);
    expect(inside?.mount).to.equal(undefined);
    for (const property of ['pid', 'cwd', 'flags', 'args'] as const) {
      expect(inside?.[property]).to.deep.equal(outside?.[property]);
    }
    expect([outside?.own, inside?.own]).to.deep.equal([false, true]);
    expect(end).to.have.length(1);
  });

  it('does not loop: inside, it gives a reason', () => {
    expect(run().at(-1)?.reason).to.match(/already/);
    expect(run(['_CSIMOCK_OWN_NAMESPACE=1'])).to.have.length(2);
  });

  it('closes what was open', () => {
    const [outside, inside] = run();
    const opened = outside?.open.filter((link) => !outside.inherited.includes(link)) ?? [];
    // The program's own file and a socket, beside what Node.js opens for itself.
    expect(opened.filter((link) => /\.js$|^socket:/.test(link))).to.have.length(2);
    for (const link of opened) expect(inside?.inherited).not.to.include(link);
  });

  it('keeps the terminal', () => {
    const line = command()
      .map((word) => `'${word}'`)
      .join(' ');
    const { stdout } = asNobody(['script', '--quiet', '--command', line, '/dev/null']);
    expect(states(stdout)).to.have.length(3);
  });

  const reasons: [title: string, environment: () => string[], reason: RegExp][] = [
    ['in Kubernetes', () => ['KUBERNETES_SERVICE_HOST=10.0.0.1'], /Kubernetes/],
    ['without unshare', () => ['PATH=/absent'], /unshare .*not in PATH/],
    [
      'where user namespaces are forbidden',
      () => [`PATH=${place.root}`],
      /not available: unshare: forbidden$/,
    ],
  ];
  for (const [title, environment, reason] of reasons) {
    it(`gives a reason ${title}, and goes on`, () => {
      const unshare = "#!/bin/sh\necho 'unshare: forbidden' >&2\nexit 1\n";
      writeFileSync(place.path('unshare'), unshare, { mode: 0o755 });
      const [, end, ...more] = run(environment());
      expect(end?.reason).to.match(reason);
      expect(more).to.deep.equal([]);
    });
  }

  it('gives a reason to root, whom a user namespace would not give what it lacks', () => {
    expect(enterOwnNamespace({ argv: process.argv, env: {} })).to.match(/^root without the right/);
  });
});

function states(output: string): State[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
