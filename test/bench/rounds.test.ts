import { expect } from 'chai';
import { rateRatio, takeTurns, typical, type Outcome } from '../../bench/rounds.js';
import type { Scenario } from '../../bench/scenarios.js';
import type { Subject } from '../../bench/subject.js';
import { connect } from '../../src/csi/client.js';

function subject(name: string): Subject {
  const client = connect('unix:///nonexistent.sock');
  const steps = { attach: true, stage: true };
  return { name, client, steps, nodeId: 'node-1', pid: undefined, directory: '/nonexistent' };
}

describe('drivers that take turns', () => {
  const [ours, peer] = [subject('ours'), subject('peer')];
  const never = new AbortController().signal;
  let told: string[];
  beforeEach(() => {
    told = [];
  });

  /** Two callers that say what they do; `fails` is the driver that cannot. */
  function scenario(fails?: Subject): Scenario {
    return {
      name: 'probe',
      title: 'talking',
      callers: 2,
      async begin(driver, caller) {
        return {
          async run() {
            if (driver === fails) throw new Error('cannot');
            told.push(driver.name);
            await new Promise((resolve) => setTimeout(resolve, 5));
          },
          end: async () => void told.push(`${driver.name} ${caller} ends`),
        };
      },
    };
  }

  it('begin by turns, and all callers end', async () => {
    const outcomes = await takeTurns([ours, peer], scenario(), { rounds: 3, roundMs: 1 }, never);
    expect(outcomes).to.have.lengthOf(2);
    for (const outcome of outcomes) expect(outcome).to.have.lengthOf(3);
    const turns = told.filter((line, index) => line !== told[index - 1]);
    expect(turns.slice(0, 2), 'to warm up').to.deep.equal(['ours', 'peer']);
    expect(turns.slice(2, 6)).to.deep.equal(['ours', 'peer', 'ours', 'peer']);
    expect(turns.slice(6)).to.deep.equal([
      'ours 0 ends',
      'ours 1 ends',
      'peer 0 ends',
      'peer 1 ends',
    ]);
  });

  it('go on without one that fails, whose callers end too', async () => {
    const outcomes = await takeTurns(
      [ours, peer],
      scenario(peer),
      { rounds: 2, roundMs: 1 },
      never,
    );
    expect(outcomes[0]).to.have.lengthOf(2);
    expect(outcomes[1]).to.deep.equal({ failure: 'cannot' });
    expect(told).to.include.members(['ours 1 ends', 'peer 0 ends', 'peer 1 ends']);
  });

  it('end when they are told to', async () => {
    const outcomes = await takeTurns(
      [ours],
      scenario(),
      { rounds: 3, roundMs: 1 },
      AbortSignal.abort(),
    );
    expect(outcomes).to.deep.equal([[]]);
    expect(told).to.include.members(['ours 0 ends', 'ours 1 ends']);
  });
});

describe('the figures of turns', () => {
  it('are the middle of all turns', () => {
    expect(typical(rounds(10, 1000, 20), 'rate')).to.equal(20);
    expect(typical(rounds(10, 1000, 20), 'p99')).to.equal(0.1);
  });

  it('are compared turn by turn', () => {
    expect(rateRatio(rounds(30, 100, 8), rounds(10, 50, 1))).to.equal(3);
  });

  it('are no number for a driver that failed', () => {
    const failed = { failure: 'cannot' };
    expect(typical(failed, 'rate')).to.deep.equal(NaN);
    expect(rateRatio(rounds(1), failed)).to.deep.equal(NaN);
  });
});

function rounds(...rates: number[]): Outcome {
  return rates.map((rate) => ({ rate, median: 1 / rate, p99: 2 / rate }));
}
