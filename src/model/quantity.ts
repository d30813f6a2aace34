/** A multiplier as a fraction, so that nothing is ever rounded before the end. */
type Fraction = readonly [numerator: bigint, denominator: bigint];

const SUFFIXES: ReadonlyMap<string, Fraction> = new Map<string, Fraction>([
  ['n', [1n, 10n ** 9n]],
  ['u', [1n, 10n ** 6n]],
  ['m', [1n, 10n ** 3n]],
  ['', [1n, 1n]],
  ['k', [10n ** 3n, 1n]],
  ['M', [10n ** 6n, 1n]],
  ['G', [10n ** 9n, 1n]],
  ['T', [10n ** 12n, 1n]],
  ['P', [10n ** 15n, 1n]],
  ['E', [10n ** 18n, 1n]],
  ['Ki', [2n ** 10n, 1n]],
  ['Mi', [2n ** 20n, 1n]],
  ['Gi', [2n ** 30n, 1n]],
  ['Ti', [2n ** 40n, 1n]],
  ['Pi', [2n ** 50n, 1n]],
  ['Ei', [2n ** 60n, 1n]],
]);

const QUANTITY =
  /^(?<sign>[+-]?)(?=\.?[0-9])(?<whole>[0-9]*)\.?(?<part>[0-9]*)(?:[eE](?<exponent>[+-]?[0-9]+)|(?<suffix>[a-zA-Z]*))$/;

/** The greatest number of an int64 field, which is what every size ends up in. */
export const MAX_INT64 = 2n ** 63n - 1n;

/** Longer numbers are far beyond an int64, and costly to compute with. */
const MAX_DIGITS = 100;

/**
 * The whole number that a Kubernetes quantity stands for: `10Gi`, `1k`, `1.5Mi`, `1e3`, `500m`.
 * Fractions are rounded away from zero, as Kubernetes does. Undefined for anything else, and where
 * Kubernetes would cap or overflow: a number that does not fit an int64.
 */
export function parseQuantity(text: string): bigint | undefined {
  const groups = QUANTITY.exec(text)?.groups;
  if (groups === undefined || text.length > MAX_DIGITS) return undefined;
  const { sign = '', whole = '', part = '', exponent, suffix = '' } = groups;
  const scale = exponent === undefined ? SUFFIXES.get(suffix) : powerOfTen(Number(exponent));
  if (scale === undefined) return undefined;
  const numerator = BigInt(whole + part) * scale[0];
  const denominator = 10n ** BigInt(part.length) * scale[1];
  const magnitude = (numerator + denominator - 1n) / denominator;
  if (magnitude > MAX_INT64) return undefined;
  return sign === '-' ? -magnitude : magnitude;
}

/** Exponents beyond `MAX_DIGITS` change nothing any more: such a number is too large, or rounds to 1. */
function powerOfTen(exponent: number): Fraction {
  const bounded = BigInt(Math.min(Math.abs(exponent), 2 * MAX_DIGITS));
  return exponent < 0 ? [1n, 10n ** bounded] : [10n ** bounded, 1n];
}
