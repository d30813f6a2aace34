import { expect } from 'chai';
import { healthCheck } from '../../../src/services/identity/health-check.js';

describe('healthCheck', () => {
  let trouble: (string | undefined)[] = [];
  let asked: number[] = [];
  beforeEach(() => {
    trouble = [undefined, undefined];
    asked = [];
  });
  const checks = [0, 1].map((index) => () => {
    asked.push(index);
    return trouble[index];
  });

  it('is ready when no check knows of trouble', () => {
    expect(healthCheck(checks, 0).health()).to.deep.equal({ state: 'ready' });
    expect(asked).to.deep.equal([0, 1]);
  });

  it('is unhealthy for the first reason', () => {
    trouble = ['the pool is gone', 'no right to mount'];
    const reason = 'the pool is gone';
    expect(healthCheck(checks, 0).health()).to.deep.equal({ state: 'unhealthy', reason });
  });

  it('is unhealthy for a reason of the last check', () => {
    trouble = [undefined, 'no right to mount'];
    expect(healthCheck(checks, 0).health()).to.have.property('reason', 'no right to mount');
  });

  it('sees trouble come and go once a finding is too old', () => {
    const check = healthCheck(checks, 0);
    const states = [[undefined], ['gone'], [undefined]].map((now) => {
      trouble = now;
      return check.health().state;
    });
    expect(states).to.deep.equal(['ready', 'unhealthy', 'ready']);
  });

  it('asks nobody while a finding is young enough', () => {
    const check = healthCheck(checks, Infinity);
    check.health();
    trouble = ['gone'];
    expect(check.health()).to.deep.equal({ state: 'ready' });
    expect(asked).to.deep.equal([0, 1]);
  });
});
