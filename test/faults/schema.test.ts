import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { parse } from 'yaml';
import { RPCS } from '../../src/csi/rpc.js';
import { BAD_RULES, GOOD_RULES } from './rule-samples.js';

const SCHEMA = 'docs/fault-rules.schema.json';

/** What no parser of YAML reads. */
const ALIAS = 'text without quotes';

/** What only the parser sees: fields of the interface, ids of other rules, the flag of expressions, aliases. */
const BEYOND: ReadonlySet<string> = new Set([
  'a pattern of no RPC',
  'a time beyond a day',
  'a volume where there is none',
  'a node where there is none',
  'health where there is no volume',
  'an unknown field',
  'an unknown field inside',
  'a value that the enum does not have',
  'text for a boolean',
  'text for a number in the request',
  'a map as a whole',
  'a message as a whole',
  'an unknown field of the response',
  'a field that some of the responses lack',
  'a value of another kind',
  'a field in a list',
  'an expression that is none',
  'an id that is taken',
  'an id that is there twice',
  ALIAS,
]);

describe('the schema of fault rules', () => {
  const schema: object = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const isValid = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    formats: { regex: true },
  }).compile(schema);

  for (const [title, text] of GOOD_RULES) {
    it(`takes ${title}`, () => {
      isValid(parse(text));
      expect(isValid.errors ?? []).to.deep.equal([]);
    });
  }

  for (const [title, text] of BAD_RULES) {
    if (BEYOND.has(title)) continue;
    it(`refuses ${title}`, () => expect(isValid(parse(text))).to.equal(false));
  }

  it('takes, of what the parser refuses, only what a schema cannot see', () => {
    const readable = BAD_RULES.filter(([title]) => title !== ALIAS);
    const taken = readable.filter(([, text]) => isValid(parse(text))).map(([title]) => title);
    expect([...taken, ALIAS]).to.have.members([...BEYOND]);
  });

  it('knows the RPCs and codes that there are', () => {
    const text = readFileSync(SCHEMA, 'utf8');
    for (const rpc of RPCS.keys()) expect(text).to.include(`"${rpc}"`);
  });
});
