import { expect } from 'chai';
import { noFaultRules, type ActingRules } from '../../src/faults/fault-rules.js';
import { noSimulations } from '../../src/services/simulations.js';
import { call, NAMES } from './call.js';
import { ruleSite } from './rule-site.js';

describe('fault rules that simulate', () => {
  let simulations = noSimulations();
  let rules: ActingRules = noFaultRules(ruleSite());
  beforeEach(() => {
    simulations = noSimulations();
    rules = noFaultRules(ruleSite({ pretence: simulations, volumeName: (id) => NAMES[id] }));
  });

  it('do so as soon as they are there, where they name no call', () => {
    rules.add('[{id: a, volume: data, abnormal: broken}, {id: b, full: [fast]}]');
    expect(['vol-1', 'vol-2'].map(simulations.abnormal)).to.deep.equal(['broken', undefined]);
    expect(['fast', ''].map(simulations.isFull)).to.deep.equal([true, false]);
    rules.remove('a');
    rules.remove('b');
    expect([simulations.abnormal('vol-1'), simulations.isFull('fast')]).to.deep.equal([
      undefined,
      false,
    ]);
  });

  it('do so for the volume of the call on which they act, from then on', () => {
    rules.add('{rpc: NodeStageVolume, nth: 2, abnormal: worn out, full: true}');
    const [rule] = rules.of('NodeStageVolume')?.before.all ?? [];
    rule?.take(call('Node', 'NodeStageVolume', { volume_id: 'vol-1' }));
    expect([simulations.abnormal('vol-1'), simulations.isFull('')]).to.deep.equal([
      undefined,
      false,
    ]);
    rule?.take(call('Node', 'NodeStageVolume', { volume_id: 'vol-2' }));
    expect(['vol-1', 'vol-2'].map(simulations.abnormal)).to.deep.equal([undefined, 'worn out']);
    expect(simulations.isFull('')).to.equal(true);
    rules.clear();
    expect([simulations.abnormal('vol-2'), simulations.isFull('')]).to.deep.equal([
      undefined,
      false,
    ]);
  });

  it('do so once for a rule, however many volumes it acts on', () => {
    let begun = 0;
    let ended = 0;
    const pretence = {
      ...simulations,
      makeAbnormal() {
        begun += 1;
        return () => (ended += 1);
      },
    };
    rules = noFaultRules(ruleSite({ pretence }));
    rules.add('{rpc: NodeStageVolume, abnormal: worn out}');
    const [rule] = rules.of('NodeStageVolume')?.before.all ?? [];
    for (let number = 0; number < 100; number += 1) {
      rule?.take(call('Node', 'NodeStageVolume', { volume_id: `vol-${number}` }));
    }
    expect([begun, ended]).to.deep.equal([1, 0]);
    rules.clear();
    expect([begun, ended]).to.deep.equal([1, 1]);
  });

  it('do so for a volume that is yet to be made', () => {
    rules.add('{rpc: CreateVolume, abnormal: worn out}');
    const [rule] = rules.of('CreateVolume')?.before.all ?? [];
    rule?.take(call('Controller', 'CreateVolume', { name: 'logs' }));
    expect(['vol-1', 'vol-2'].map(simulations.abnormal)).to.deep.equal([undefined, 'worn out']);
  });
});
