const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const DURATION = /^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+$/;
const STEP = /([0-9.]+)(ms|s|m|h)/g;

/** The whole milliseconds of a duration such as `10s`, `500ms` or `1m30s`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!DURATION.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(STEP)) {
    milliseconds += Number(amount) * (UNITS[unit] ?? Number.NaN);
  }
  return Math.ceil(milliseconds);
}
