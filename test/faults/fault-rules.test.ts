import { expect } from 'chai';
import type { CallSubject } from '../../src/faults/call-subject.js';
import { FaultRuleError } from '../../src/faults/fault-rule-error.js';
import { noFaultRules, type ActingRules } from '../../src/faults/fault-rules.js';
import { noSimulations } from '../../src/services/simulations.js';
import { call, NAMES } from './call.js';
import { ruleSite } from './rule-site.js';

describe('fault rules', () => {
  let simulations = noSimulations();
  let rules: ActingRules = noFaultRules(ruleSite());
  beforeEach(() => {
    simulations = noSimulations();
    rules = noFaultRules(ruleSite({ pretence: simulations, volumeName: (id) => NAMES[id] }));
  });

  const ids = () => rules.list().map(({ id, from }) => `${id} ${from}`);

  it('are looked at in the order in which they came, those of the file first', () => {
    expect(rules.add('[{hang: true}, {id: mine, drop: true}]')).to.deep.equal(['rule-1', 'mine']);
    rules.load('{id: of-file, hang: true}');
    rules.add('{hang: true}');
    expect(ids()).to.deep.equal([
      'of-file file',
      'rule-1 runtime',
      'mine runtime',
      'rule-2 runtime',
    ]);
  });

  it('of a file give way to the next of the file; those that were added stay, with their counts', () => {
    rules.load('[{hang: true}, {id: a, hang: true}]');
    rules.add('{id: b, rpc: Probe, hang: true}');
    for (const rule of rules.of('Probe')?.before.all ?? [])
      rule.take(call('Identity', 'Probe', {}));
    rules.load('{id: a, drop: true}');
    expect(ids()).to.deep.equal(['a file', 'b runtime']);
    expect(rules.list().map(({ matched, fired }) => [matched, fired])).to.deep.equal([
      [0, 0],
      [1, 1],
    ]);
  });

  it('of a file that have no id are called by their place in it, also when it is read anew', () => {
    const text = '[{hang: true}, {id: mine, hang: true}, {drop: true}]';
    for (const written of [text, text]) {
      rules.load(written);
      expect(ids()).to.deep.equal(['file-1 file', 'mine file', 'file-3 file']);
    }
  });

  it('are removed by id', () => {
    rules.add('[{id: a, hang: true}, {id: b, hang: true}]');
    expect([rules.remove('a'), rules.remove('a'), rules.remove('toString')]).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect(ids()).to.deep.equal(['b runtime']);
  });

  it('are all removed, or replaced, those of the file too', () => {
    rules.load('{hang: true}');
    expect(rules.replace('[{id: a, hang: true}]')).to.deep.equal(['a']);
    expect(ids()).to.deep.equal(['a runtime']);
    rules.clear();
    expect(ids()).to.deep.equal([]);
    expect(rules.of('Probe')).to.equal(undefined);
  });

  for (const [title, change] of [
    ['added', (text: string) => rules.add(text)],
    ['loaded', (text: string) => rules.load(text)],
    ['put in their place', (text: string) => rules.replace(text)],
  ] as const) {
    it(`stay as they are when others cannot be ${title}`, () => {
      rules.load('{id: a, full: true}');
      rules.add('{id: b, hang: true}');
      expect(() => change('[{id: c, hang: true}, {hang: yes}]')).to.throw(FaultRuleError, 'line 1');
      expect(ids()).to.deep.equal(['a file', 'b runtime']);
      expect(simulations.isFull('')).to.equal(true);
    });
  }

  it('do not share an id, also not with those of the file', () => {
    rules.load('{id: a, hang: true}');
    expect(() => rules.add('{id: a, hang: true}')).to.throw(FaultRuleError, 'another rule');
    rules.add('{id: b, hang: true}');
    expect(() => rules.load('{id: b, hang: true}')).to.throw(FaultRuleError, 'another rule');
    expect(ids()).to.deep.equal(['a file', 'b runtime']);
  });

  it('can be meant for no other RPCs than those that have what they name', () => {
    rules.add('{volume: a, hang: true, request: {staging_target_path: "/a*"}}');
    const meant = ['NodeStageVolume', 'NodePublishVolume', 'NodeUnstageVolume'];
    for (const rpc of meant) expect(rules.of(rpc)?.before.all, rpc).to.have.length(1);
    for (const rpc of ['Probe', 'CreateVolume', 'DeleteVolume'])
      expect(rules.of(rpc)).to.equal(undefined);
  });

  describe('match', () => {
    const snw = {
      volume_id: 'vol-1',
      volume_capability: mode('SINGLE_NODE_WRITER'),
      readonly: true,
    };
    const cases: [string, string, CallSubject, boolean][] = [
      ['an id', '{volume: vol-1}', node('NodePublishVolume', snw), true],
      ['a name', '{volume: data}', node('NodePublishVolume', snw), true],
      ['one of several names', '{volume: [logs, dat*]}', node('NodePublishVolume', snw), true],
      ['another name', '{volume: logs}', node('NodePublishVolume', snw), false],
      [
        'the name of a new volume',
        '{volume: new*}',
        call('Controller', 'CreateVolume', { name: 'new-1' }),
        true,
      ],
      [
        'the volume of a snapshot',
        '{volume: data}',
        call('Controller', 'CreateSnapshot', { source_volume_id: 'vol-1', name: 's' }),
        true,
      ],
      [
        'not the name of a snapshot',
        '{volume: s}',
        call('Controller', 'CreateSnapshot', { source_volume_id: 'vol-1', name: 's' }),
        false,
      ],
      ['the node of the socket', '{node: node-1}', node('NodeUnpublishVolume', {}), true],
      [
        'the node of a request',
        '{node: node-9}',
        call('Controller', 'ControllerPublishVolume', { node_id: 'node-9' }),
        true,
      ],
      ['another node', '{node: node-9}', node('NodeUnpublishVolume', {}), false],
      [
        'an access mode',
        '{request: {volume_capability.access_mode.mode: SINGLE_NODE_WRITER}}',
        node('NodePublishVolume', snw),
        true,
      ],
      [
        'another access mode',
        '{request: {volume_capability.access_mode.mode: MULTI_*}}',
        node('NodePublishVolume', snw),
        false,
      ],
      ['a boolean', '{request: {readonly: true}}', node('NodePublishVolume', snw), true],
      ['the other boolean', '{request: {readonly: false}}', node('NodePublishVolume', snw), false],
      [
        'a message that is there',
        '{request: {volume_capability.mount: true}}',
        node('NodePublishVolume', snw),
        true,
      ],
      [
        'a message that is not there',
        '{request: {volume_capability.block: false}}',
        node('NodePublishVolume', snw),
        true,
      ],
      [
        'two fields',
        '{request: {volume_id: vol-*, readonly: true}}',
        node('NodePublishVolume', snw),
        true,
      ],
      [
        'two fields of which one is another',
        '{request: {volume_id: vol-*, readonly: false}}',
        node('NodePublishVolume', snw),
        false,
      ],
      [
        'an item of a list',
        '{request: {volume_capabilities.access_mode.mode: MULTI_*}}',
        call('Controller', 'CreateVolume', {
          name: 'a',
          volume_capabilities: [mode('SINGLE_NODE_WRITER'), mode('MULTI_NODE_READER_ONLY')],
        }),
        true,
      ],
      [
        'an item of an empty list',
        '{request: {volume_capabilities.access_mode.mode: "*"}}',
        call('Controller', 'CreateVolume', { name: 'a', volume_capabilities: [] }),
        false,
      ],
      [
        'a key of a map',
        '{request: {volume_context.a.b/c: "1"}}',
        node('NodePublishVolume', { volume_context: { 'a.b/c': '1' } }),
        true,
      ],
      [
        'a key that every object has',
        '{request: {volume_context.constructor: "*"}}',
        node('NodePublishVolume', { volume_context: {} }),
        false,
      ],
      [
        'a number',
        '{request: {capacity_range.required_bytes: 5}}',
        call('Controller', 'CreateVolume', { capacity_range: { required_bytes: '5' } }),
        true,
      ],
      [
        'a number of what is not there',
        '{request: {capacity_range.required_bytes: 5}}',
        call('Controller', 'CreateVolume', { capacity_range: null }),
        false,
      ],
      [
        'secrets',
        '{request: {secrets.key: "*"}}',
        node('NodePublishVolume', { secrets: { key: 'k' } }),
        true,
      ],
    ];
    for (const [title, text, subject, isMatch] of cases) {
      it(`${title}: ${isMatch ? 'yes' : 'no'}`, () => {
        rules.add(`[${text.replace(/\}$/, ', hang: true}')}]`);
        const [rule] = rules.of(subject.rpc)?.before.candidates(subject) ?? [];
        expect(rule?.take(subject) !== undefined).to.equal(isMatch);
        const [listed] = rules.list();
        expect([listed?.matched, listed?.fired]).to.deep.equal(isMatch ? [1, 1] : [0, 0]);
      });
    }
  });
});

function node(rpc: string, request: object): CallSubject {
  return call('Node', rpc, request);
}

/** A capability of a mounted volume, as it arrives. */
function mode(name: string): object {
  return { mount: {}, block: null, access_mode: { mode: name } };
}
