import { expect } from 'chai';
import { parseQuantity } from '../../src/model/quantity.js';

/** Held against `resource.ParseQuantity(text).Value()` of k8s.io/apimachinery. */
const MEANT: readonly (readonly [text: string, value: bigint])[] = [
  ['0', 0n],
  ['1', 1n],
  ['007', 7n],
  ['+5', 5n],
  ['-1', -1n],
  ['-0', 0n],
  ['1k', 1000n],
  ['1M', 1_000_000n],
  ['1G', 1_000_000_000n],
  ['1T', 1_000_000_000_000n],
  ['1P', 1_000_000_000_000_000n],
  ['9E', 9_000_000_000_000_000_000n],
  ['1Ki', 1024n],
  ['1Mi', 1_048_576n],
  ['10Gi', 10_737_418_240n],
  ['1Ti', 1_099_511_627_776n],
  ['1Pi', 1_125_899_906_842_624n],
  ['7Ei', 8_070_450_532_247_928_832n],
  ['1.5Gi', 1_610_612_736n],
  ['-1.5Ki', -1536n],
  ['5.', 5n],
  ['5.Gi', 5_368_709_120n],
  ['.5', 1n],
  ['0.3k', 300n],
  ['1e3', 1000n],
  ['1E3', 1000n],
  ['1e+3', 1000n],
  ['1E', 1_000_000_000_000_000_000n],
  ['1e18', 1_000_000_000_000_000_000n],
  ['0e99', 0n],
  ['9223372036854775807', 9_223_372_036_854_775_807n],
];

const ROUNDED: readonly (readonly [text: string, value: bigint])[] = [
  ['0.5', 1n],
  ['-0.5', -1n],
  ['1m', 1n],
  ['1500m', 2n],
  ['100u', 1n],
  ['1n', 1n],
  ['1e-3', 1n],
  ['1e-99999999999', 1n],
  ['0.0000000001', 1n],
  ['1.1Ki', 1127n],
  ['0.1Ei', 115_292_150_460_684_698n],
];

const TOO_LARGE = [
  '9223372036854775808',
  '9223372036854775807.5',
  '8Ei',
  '10E',
  '9.3E',
  '1e19',
  '1e400',
  '1e99999999999',
];

const MEANINGLESS = [
  '',
  ' ',
  '.',
  '-',
  'Ki',
  'e3',
  '1K',
  '1ki',
  '1KI',
  '1e',
  '1e1.5',
  '1e3Ki',
  '1Mi5',
  '10GiB',
  '10gb',
  '1,5',
  '1.2.3',
  '--5',
  ' 5',
  '5 ',
  '5 Gi',
  '0x10',
  '1_000',
  '1n1',
  '\u0661',
  'Infinity',
  'NaN',
  `1${'0'.repeat(1000)}`,
];

describe('parseQuantity', () => {
  for (const [text, value] of MEANT) {
    it(`reads ${text} as ${value}`, () => {
      expect(parseQuantity(text)).to.equal(value);
    });
  }
  for (const [text, value] of ROUNDED) {
    it(`rounds ${text} away from zero, to ${value}`, () => {
      expect(parseQuantity(text)).to.equal(value);
    });
  }
  for (const text of TOO_LARGE) {
    it(`refuses ${text}, which does not fit an int64`, () => {
      expect(parseQuantity(text)).to.equal(undefined);
    });
  }
  for (const text of MEANINGLESS) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}, which is no quantity`, () => {
      expect(parseQuantity(text)).to.equal(undefined);
    });
  }
});
