import { expect } from 'chai';
import { callSubject, type CallSubject } from '../../src/faults/call-subject.js';
import { noFaultRules } from '../../src/faults/fault-rules.js';
import { ruleSite } from './rule-site.js';

describe('the index of fault rules', () => {
  it('finds what names the call, in the order of the rules, each once', () => {
    const rules = `
- {id: all-1, hang: true}
- {id: by-id, volume: vol-1, hang: true}
- {id: other-id, volume: vol-2, hang: true}
- {id: by-node, node: node-1, hang: true}
- {id: by-both-names, volume: ["vol-*", data], hang: true}
- {id: all-2, rpc: Node*, hang: true}
- {id: by-field, request: {readonly: true, volume_id: vol-2}, hang: true}
- {id: other-field, request: {readonly: false}, hang: true}
- {id: by-expression, volume: {regex: "^data$"}, hang: true}
- {id: other-pattern, volume: "pvc-*", hang: true}
`;
    expect(candidates(rules, publish('vol-1'))).to.deep.equal([
      'all-1',
      'by-id',
      'by-node',
      'by-both-names',
      'all-2',
      'by-field',
      'by-expression',
    ]);
  });

  it('finds the same however many texts it has seen', () => {
    const rules = noFaultRules(ruleSite());
    rules.add('[{volume: "*-7", hang: true}, {volume: vol-8, hang: true}]');
    const index = rules.of('NodePublishVolume')?.before;
    const count = (id: string) => index?.candidates(publish(id)).length;
    for (let number = 0; number < 2500; number += 1) {
      expect(count(`vol-${number}`)).to.equal(number === 7 || number === 8 ? 1 : 0);
      expect([count('vol-7'), count('vol-8'), count('vol-9')]).to.deep.equal([1, 1, 0]);
    }
  });

  // An expression that is switched off still finds what is remembered of it, and nothing else.
  for (const [title, isRemembered, key, request] of [
    ['the texts that it has seen', true, 'target_path', (text: string) => ({ target_path: text })],
    ['no long text', false, 'target_path', (text: string) => ({ target_path: text + A300 })],
    ['no secret', false, 'secrets.key', (text: string) => ({ secrets: { key: text } })],
  ] as const) {
    it(`remembers ${title}`, () => {
      const rules = noFaultRules(ruleSite());
      rules.add(`{request: {${key}: {regex: "^(a+)+$"}}, hang: true}`);
      const index = rules.of('NodePublishVolume')?.before;
      const count = (text: string) => index?.candidates(publish('vol-1', request(text))).length;
      expect(count('aaa')).to.equal(1);
      index?.candidates(publish('vol-1', HOPELESS[key]));
      expect(count('aaa')).to.equal(isRemembered ? 1 : 0);
    });
  }
});

const A300 = 'a'.repeat(300);
const HOPELESS = {
  target_path: { target_path: `${'a'.repeat(60)}b` },
  'secrets.key': { secrets: { key: `${'a'.repeat(60)}b` } },
};

/** A call for a volume that is named data. */
function publish(volume_id: string, rest: object = {}): CallSubject {
  const method = {
    service: 'Node',
    rpc: 'NodePublishVolume',
    path: '/csi.v1.Node/NodePublishVolume',
  } as const;
  const at = { nodeId: 'node-1', volumeName: () => 'data' };
  return callSubject(method, { volume_id, readonly: true, ...rest }, at);
}

/** The ids of the rules that are found for a call. */
function candidates(text: string, call: CallSubject): readonly string[] {
  const rules = noFaultRules(ruleSite());
  rules.add(text);
  const found = rules.of('NodePublishVolume')?.before.candidates(call) ?? [];
  return found.map(({ id }) => id);
}
