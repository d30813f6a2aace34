import { expect } from 'chai';
import { FIELDS, flagName, variableNames } from '../../src/options/given.js';
import { optionsFromArguments, resolveOptions } from '../../src/options.js';
import { CASES } from './cases.js';
import { refusal } from './refusal.js';

describe('each option', () => {
  for (const field of FIELDS) {
    const name = flagName(field);
    const [variable = ''] = variableNames(field);
    for (const [text, result] of CASES[field].good) {
      it(`--${name}=${text.slice(0, 30)} is ${Object.keys(result).join(', ')} as it says, from any source`, () => {
        expect(optionsFromArguments([`--${name}=${text}`], {})).to.deep.include(result);
        expect(resolveOptions({ [field]: text }, {})).to.deep.include(result);
        if (text !== '')
          expect(optionsFromArguments([], { [variable]: text })).to.deep.include(result);
      });
    }
    for (const text of CASES[field].bad) {
      it(`--${name}=${JSON.stringify(text.slice(0, 30))} is refused by name`, () => {
        const flag = refusal(() => optionsFromArguments([`--${name}=${text}`], {}));
        const program = refusal(() => resolveOptions({ [field]: text }, {}));
        for (const error of [flag, program]) {
          expect(error).to.include({ option: name, given: text });
          expect(error.expected).to.contain(CASES[field].expected);
          expect(error.message).to.contain(`option ${name}: expected ${error.expected}, got '`);
        }
        expect(program.message).to.equal(flag.message);
        if (text !== '') {
          const environment = refusal(() => optionsFromArguments([], { [variable]: text }));
          expect(environment.message).to.contain(
            `option ${name} (${variable}): expected ${environment.expected}`,
          );
        }
      });
    }
  }
});
