import { expect } from 'chai';
import { FaultRuleError } from '../../src/faults/fault-rule-error.js';
import { readRules } from '../../src/faults/rule-text.js';
import { BAD_RULES, GOOD_RULES } from './rule-samples.js';

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
    for (const [title, text, count] of GOOD_RULES) {
      it(`has ${title}`, () => {
        expect(mistakesIn(text)).to.deep.equal([]);
        expect(readRules(text)).to.have.length(count);
      });
    }
  });

  describe('with a mistake says where it is and what is expected:', () => {
    for (const [title, text, mistake] of BAD_RULES) {
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
    const tokens = 'volume_context.csi.storage.k8s.io/serviceAccount.tokens';
    for (const text of [
      `{hang: true, request: {secrets.key: s3cret, ${tokens}: s3cret, volume_id: shown}}`,
      `{rpc: CreateVolume, response: {volume.${tokens}: s3cret, volume.volume_id: shown}}`,
    ]) {
      const [rule] = readRules(text);
      const written = JSON.stringify(rule?.written);
      expect(written).not.to.include('s3cret');
      expect(written).to.include('volume_id":"shown"');
    }
  });
});
