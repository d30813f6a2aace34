import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { readRules } from '../../src/faults/rule-text.js';

const GUIDE = readFileSync('docs/faults.md', 'utf8');

describe('the guide to fault rules', () => {
  const examples = [...GUIDE.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

  it('has examples', () => expect(examples).to.have.length.of.at.least(4));

  for (const [index, example] of examples.entries()) {
    it(`shows rules that are good: example ${index + 1}`, () => {
      expect(readRules(example)).not.to.have.length(0);
    });
  }

  it('names every key of a rule', () => {
    const schema: { definitions: { rule: { properties: object } } } = JSON.parse(
      readFileSync('docs/fault-rules.schema.json', 'utf8'),
    );
    for (const key of Object.keys(schema.definitions.rule.properties)) {
      expect(GUIDE).to.include(`\`${key}`);
    }
  });
});
