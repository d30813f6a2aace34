import { expect } from 'chai';
import { FaultRuleError } from '../../src/faults/fault-rule-error.js';
import { readRules } from '../../src/faults/rule-text.js';

function mistakesIn(text: string): readonly string[] {
  try {
    readRules(text, new Set(['taken']));
    return [];
  } catch (error) {
    if (!(error instanceof FaultRuleError)) throw error;
    return error.mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

describe('the text of fault rules', () => {
  describe('that is good', () => {
    const cases: [string, string, number][] = [
      ['nothing', '', 0],
      ['an empty list', '[]', 0],
      ['a list', '- fail: ABORTED\n- hang: true', 2],
      ['one rule alone', 'fail: ABORTED', 1],
      ['JSON', '[{"rpc": ["Probe", "Node*"], "fail": {"code": "ABORTED", "message": "m"}}]', 1],
      [
        'every way to say when',
        '{nth: 1, first: 2, every: 3, probability: 0.5, seed: 7, hang: true}',
        1,
      ],
      ['an end with a delay', '{delay: 1m30s, drop: true}', 1],
      ['an answer that is lost', '{rpc: CreateVolume, when: after, exit: 137}', 1],
      [
        'volumes and nodes',
        '{volume: [a, "b*", {equals: "c*"}, {regex: "^d+$"}], node: n, hang: true}',
        1,
      ],
      [
        'a field of an enum',
        '{request: {volume_capability.access_mode.mode: SINGLE_NODE_WRITER}, hang: true}',
        1,
      ],
      [
        'a field in a list',
        '{request: {volume_capabilities.access_mode.mode: SINGLE_*}, hang: true}',
        1,
      ],
      [
        'a key with dots',
        '{request: {volume_context.csi.storage.k8s.io/pod.name: web}, hang: true}',
        1,
      ],
      ['a message that is there', '{request: {volume_capability.block: true}, hang: true}', 1],
      [
        'a boolean and a number',
        '{rpc: [NodePublishVolume, ListVolumes], hang: true, request: {readonly: true}}',
        1,
      ],
      [
        'a new response',
        '{rpc: CreateVolume, response: {volume.capacity_bytes: 5, volume.volume_context: {a: b}}}',
        1,
      ],
      ['a list in a response', '{rpc: ListVolumes, response: {entries: [], next_token: "x"}}', 1],
      ['a message in a response', '{rpc: Probe, response: {ready: {value: false}}}', 1],
      ['no message in a response', '{rpc: Probe, response: {ready: null}}', 1],
      ['simulations', '- {volume: a, abnormal: broken}\n- full: true\n- full: [fast, ""]', 3],
    ];
    for (const [title, text, count] of cases) {
      it(`has ${title}`, () => {
        expect(mistakesIn(text)).to.deep.equal([]);
        expect(readRules(text)).to.have.length(count);
      });
    }
  });

  describe('with a mistake says where it is and what is expected:', () => {
    const cases: [string, string, string][] = [
      ['an unknown key', '- rcp: Probe\n  hang: true', '1:3 unknown key "rcp"; did you mean rpc?'],
      ['no rule', '- 5', '1:3 expected a rule, or a list of rules'],
      ['no act', '- rpc: Probe', '1:3 the rule does nothing: expected one of delay, fail,'],
      ['two ends', 'fail: ABORTED\nhang: true', '2:7 fail and hang both end the call'],
      [
        'an unknown RPC',
        'hang: true\nrpc: NodePublish',
        '2:6 there is no RPC "NodePublish"; did you mean NodePublishVolume?',
      ],
      ['a pattern of no RPC', 'hang: true\nrpc: [Probe, X*]', '2:14 there is no RPC "X*"'],
      ['an RPC that is no name', 'hang: true\nrpc: [[Probe]]', '2:7 expected the name of an RPC'],
      ['no RPC at all', 'hang: true\nrpc: []', '2:6 expected the name of an RPC'],
      ['a code that is none', 'fail: TIMEOUT', '1:7 expected the name of a gRPC code'],
      [
        'a code in small letters',
        'fail: aborted',
        '1:7 expected the name of a gRPC code; did you mean ABORTED?',
      ],
      ['a number for a code', 'fail: 4', '1:7 expected the name of a gRPC code'],
      ['OK alone', 'fail: OK', '1:7 OK is no failure'],
      ['OK with a message', 'fail: [{code: OK, message: m}]', '1:8 OK takes no message'],
      ['a message alone', 'fail: {message: m}', '1:7 the code is missing'],
      ['an unknown key of a failure', 'fail: {code: ABORTED, text: m}', '1:23 unknown key "text"'],
      ['no codes', 'fail: []', '1:7 expected the codes'],
      [
        'a code in a list',
        'fail: [ABORTED, ABORT]',
        '1:17 expected the name of a gRPC code; did you mean ABORTED?',
      ],
      ['hang: false', 'hang: false', '1:7 expected true; leave the key out for false'],
      [
        'an exit code beyond what there is',
        'exit: 256',
        '1:7 expected a whole number from 0 to 255',
      ],
      ['a time without unit', 'delay: 5', '1:8 expected a time such as 10s'],
      ['a time beyond a day', 'delay: 25h', '1:8 expected a time such as 10s'],
      ['the nought-th call', 'nth: 0\nhang: true', '1:6 expected a whole number from 1'],
      ['half a call', 'every: 1.5\nhang: true', '1:8 expected a whole number from 1'],
      ['text for a number', 'first: many\nhang: true', '1:8 expected a whole number from 1'],
      [
        'a probability beyond 1',
        'probability: 2\nhang: true',
        '1:14 expected a number from 0 to 1',
      ],
      ['a seed alone', 'seed: 2\nhang: true', '1:7 is for rules with a probability'],
      ['another time to act', 'when: later\nhang: true', '1:7 expected before or after'],
      [
        'a volume where there is none',
        'hang: true\nrpc: Probe\nvolume: a',
        '3:9 Probe is about no volume',
      ],
      [
        'a node where there is none',
        'hang: true\nrpc: CreateVolume\nnode: a',
        '3:7 CreateVolume is about no node',
      ],
      [
        'health where there is no volume',
        'rpc: GetCapacity\nabnormal: bad',
        '2:11 GetCapacity is about no volume',
      ],
      ['a pattern of nothing', 'volume:\nhang: true', '1:8 expected a text, in which'],
      ['a pattern of no form', 'volume: {glob: a}\nhang: true', '1:9 expected a text, in which'],
      [
        'an expression that is none',
        'volume: {regex: "("}\nhang: true',
        '1:17 is no regular expression',
      ],
      ['request as text', 'request: volume_id\nhang: true', '1:10 expected fields of the request'],
      [
        'an unknown field',
        'rpc: NodePublishVolume\nhang: true\nrequest: {volum_id: a}',
        '3:11 the request of NodePublishVolume has no field "volum_id"; did you mean volume_id?',
      ],
      [
        'an unknown field inside',
        'hang: true\nrequest: {volume_capability.access_mod: a}',
        '2:11 the request of every RPC that is meant has no field "volume_capability.access_mod"; did you mean access_mode?',
      ],
      [
        'a value that the enum does not have',
        'hang: true\nrequest: {volume_capability.access_mode.mode: SNW}',
        '2:47 mode: expected one of UNKNOWN, SINGLE_NODE_WRITER',
      ],
      [
        'text for a boolean',
        'hang: true\nrequest: {readonly: yes}',
        '2:21 readonly: expected true or false',
      ],
      [
        'text for a number',
        'hang: true\nrequest: {max_entries: many}',
        '2:24 max_entries: expected a whole number',
      ],
      [
        'a map as a whole',
        'hang: true\nrequest: {parameters: a}',
        '2:23 is a map: write parameters.<key>',
      ],
      [
        'a message as a whole',
        'hang: true\nrequest: {volume_capability: a}',
        '2:30 is a message: expected true or false',
      ],
      ['response as text', 'response: ready', '1:11 expected fields of the response'],
      [
        'an unknown field of the response',
        'rpc: Probe\nresponse: {redy: null}',
        '2:12 the response of Probe has no field "redy"; did you mean ready?',
      ],
      [
        'a field that some of the responses lack',
        'rpc: [CreateVolume, Probe]\nresponse: {ready: null}',
        '2:12 the response of CreateVolume has no field "ready"',
      ],
      [
        'a value of another kind',
        'rpc: Probe\nresponse: {ready: {value: 1}}',
        '2:19 ready.value: expected true or false',
      ],
      [
        'a field in a list',
        'rpc: ListVolumes\nresponse: {entries.volume.volume_id: a}',
        '2:12 lies in a list: expected the whole list',
      ],
      [
        'a response before',
        'rpc: Probe\nwhen: before\nresponse: {ready: null}',
        '2:7 there is no response before',
      ],
      [
        'a response that nobody gets',
        'rpc: Probe\nhang: true\nresponse: {ready: null}',
        '3:11 reaches nobody: hang ends the call',
      ],
      [
        'capacity that is not text',
        'full: 5',
        '1:7 expected true, or the kinds of capacity to fill',
      ],
      ['an id with spaces', 'id: a b\nhang: true', '1:5 expected at most 63 letters'],
      [
        'an id of the other kind',
        'id: rule-1\nhang: true',
        '1:5 is kept for rules that have no id',
      ],
      ['an id that is taken', 'id: taken\nhang: true', '1:5 another rule has this id'],
      [
        'an id that is there twice',
        '- {id: a, hang: true}\n- {id: a, hang: true}',
        '2:8 another rule has this id',
      ],
      [
        'text without quotes',
        'hang: true\nvolume: *-data',
        '2:9 is an alias: text that begins with * needs quotes',
      ],
    ];
    for (const [title, text, mistake] of cases) {
      it(title, () => expect(mistakesIn(text)[0]?.slice(0, mistake.length)).to.equal(mistake));
    }

    it('all of them, in the order of the text', () => {
      const text = '- rpc: Prob\n  fail: ABORT\n- delay: 1\n';
      expect(mistakesIn(text).map((each) => each.slice(0, 4))).to.deep.equal([
        '1:8 ',
        '2:9 ',
        '3:10',
      ]);
    });
  });

  it('quotes no value in what it says of it', () => {
    const values = [
      'request: {secrets.key: {a: s3cret}}',
      'request: {readonly: s3cret}',
      'fail: s3cret',
      'response: {ready: s3cret}',
    ];
    for (const value of values) {
      const mistakes = mistakesIn(`rpc: [Probe, NodePublishVolume]\n${value}\nhang: true`);
      expect(mistakes.join()).not.to.include('s3cret').and.not.to.equal('');
    }
  });

  it('is shown again without what is secret in it', () => {
    const [rule] = readRules(
      '{hang: true, request: {secrets.key: s3cret, volume_context.csi.storage.k8s.io/serviceAccount.tokens: s3cret, volume_id: a}}',
    );
    const shown = JSON.stringify(rule?.written);
    expect(shown).not.to.include('s3cret');
    expect(shown).to.include('"volume_id":"a"');
  });
});
