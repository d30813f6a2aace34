import { expect } from 'chai';
import { planFrom } from '../../bench/arguments.js';
import { SCENARIO_NAMES } from '../../bench/scenarios.js';

describe('the arguments of the benchmark', () => {
  it('none: everything, alone', () => {
    expect(planFrom([])).to.deep.equal({
      only: new Set(SCENARIO_NAMES),
      levels: [100, 1000, 10_000],
      rounds: 7,
      roundMs: 1000,
      peer: undefined,
    });
  });

  it('--quick: less of it; what is named as well counts', () => {
    const plan = planFrom(['--quick', '--rounds', '5']);
    expect(plan).to.deep.include({ levels: [100, 1000], rounds: 5, roundMs: 300 });
  });

  it('--peer with or without --peer-pid: in turns with it', () => {
    const endpoint = 'unix:///peer.sock';
    expect(planFrom(['--peer', endpoint])?.peer).to.deep.equal({ endpoint, pid: undefined });
    const peer = planFrom([`--peer=${endpoint}`, '--peer-pid=12'])?.peer;
    expect(peer).to.deep.equal({ endpoint, pid: 12 });
  });

  it('--only, --volumes: lists, and volumes are added in rising numbers', () => {
    const plan = planFrom(['--only=probe,list', '--volumes=500,20']);
    expect(plan?.only).to.deep.equal(new Set(['probe', 'list']));
    expect(plan?.levels).to.deep.equal([20, 500]);
  });

  it('--help: no plan', () => {
    expect(planFrom(['--quick', '--help'])).to.equal(undefined);
  });

  const refused: readonly [string, RegExp][] = [
    ['--only=probe,lifecycles', /--only: expected probe, .*got "lifecycles"/],
    ['--volumes=100,', /--volumes: .*got ""/],
    ['--rounds=0', /--rounds: .*got "0"/],
    ['--round-ms=1.5', /--round-ms: .*got "1.5"/],
    ['--peer-pid=self', /--peer-pid: .*got "self"/],
    ['--callers=8', /Unknown option '--callers'/],
    ['lifecycle', /Unexpected argument 'lifecycle'/],
  ];
  for (const [argument, message] of refused) {
    it(`${argument} is refused`, () => {
      expect(() => planFrom(['--peer=unix:///peer.sock', argument])).to.throw(message);
    });
  }
});
