import { expect } from 'chai';
import type { StringMap } from '../../src/model/equality.js';
import { promisedCapacity, type PromisedCapacity } from '../../src/services/promised-capacity.js';
import { refuses } from './status.js';

type Bytes = Readonly<Record<string, bigint>>;

/** A capacity of which existing volumes take `promised`, by kind. */
function capacityOf(bytes: Bytes, promised: Bytes = {}): PromisedCapacity {
  return promisedCapacity(new Map(Object.entries(bytes)), (kind) => promised[kind] ?? 0n);
}

describe('promisedCapacity', () => {
  describe('parameters', () => {
    const kinds = { fast: 10n, slow: 20n };
    const cases: [string, Bytes, StringMap, RegExp | undefined][] = [
      ['none', {}, {}, undefined],
      ['none, where there are kinds', kinds, {}, undefined],
      ['a kind that there is', kinds, { kind: 'slow' }, undefined],
      ['a kind that there is not', kinds, { kind: 'tape' }, /^parameters\.kind .*fast, slow/],
      ['a kind that every object has', kinds, { kind: 'constructor' }, /^parameters\.kind /],
      [
        'a kind where there are none',
        {},
        { kind: 'fast' },
        /^parameters\.kind .*none are configured/,
      ],
      ['a kind where capacity has none', { '': 10n }, { kind: 'fast' }, /^parameters\.kind /],
      ['another parameter', kinds, { type: 'gp3' }, /^parameters\["type"\] /],
      [
        'another parameter beside a kind',
        kinds,
        { kind: 'fast', Kind: 'a' },
        /^parameters\["Kind"\] /,
      ],
      [
        'a name of 100 characters',
        kinds,
        { ['k'.repeat(100)]: 'a' },
        /^parameters\["k{100}"\] is not/,
      ],
      [
        'a name of 60 KiB',
        kinds,
        { ['k'.repeat(60 * 1024)]: 'a' },
        /^parameters\["k{100}"\.\.\.\] is not known;/,
      ],
      [
        '__proto__',
        kinds,
        Object.fromEntries([['__proto__', 'fast']]),
        /^parameters\["__proto__"\] /,
      ],
    ];
    for (const [title, bytes, parameters, refusal] of cases) {
      it(`${title}: ${refusal === undefined ? 'OK' : 'INVALID_ARGUMENT that names it'}`, () => {
        const capacity = capacityOf(bytes);
        const check = (): unknown => capacity.read(parameters);
        if (refusal === undefined) expect(check).not.to.throw();
        else refuses(check, 'INVALID_ARGUMENT', refusal);
      });
    }
  });

  describe('the bytes left', () => {
    const cases: [string, Bytes, Bytes, StringMap, bigint | undefined][] = [
      ['without simulation: not known', {}, { '': 5n }, {}, undefined],
      ['all less what volumes take', { '': 10n }, { '': 4n }, {}, 6n],
      ['never below 0, although the capacity was made smaller', { '': 3n }, { '': 4n }, {}, 0n],
      ['of the kind asked for', { fast: 10n, slow: 20n }, { fast: 1n }, { kind: 'fast' }, 9n],
      ['of the kind with most, when none is asked for', { a: 10n, b: 20n }, { b: 15n }, {}, 10n],
      ['of volumes without a kind, when there is such capacity', { '': 5n, a: 10n }, {}, {}, 5n],
    ];
    for (const [title, bytes, promised, parameters, expected] of cases) {
      it(title, () => {
        expect(capacityOf(bytes, promised).available(parameters)).to.equal(expected);
      });
    }
  });

  describe('the kind of a new volume', () => {
    const cases: [string, Bytes, StringMap, bigint, string | RegExp][] = [
      ['none without simulation', {}, {}, 2n ** 63n, ''],
      ['the one asked for', { fast: 10n, slow: 20n }, { kind: 'slow' }, 5n, 'slow'],
      ['none, when there is capacity without one', { fast: 10n, '': 20n }, {}, 5n, ''],
      ['the first with room', { fast: 10n, slow: 20n }, {}, 10n, 'fast'],
      ['the next, when the first has none', { fast: 10n, slow: 20n }, {}, 11n, 'slow'],
      [
        'never another than asked',
        { fast: 10n, slow: 20n },
        { kind: 'fast' },
        11n,
        /10 of kind fast/,
      ],
      ['no room anywhere', { fast: 10n, slow: 20n }, {}, 21n, /10 of kind fast, 20 of kind slow/],
    ];
    for (const [title, bytes, parameters, asked, expected] of cases) {
      it(`${title}: ${typeof expected === 'string' ? 'OK' : 'RESOURCE_EXHAUSTED'}`, () => {
        const capacity = capacityOf(bytes);
        const choose = (): string => capacity.choose(parameters, asked);
        if (typeof expected === 'string') expect(choose()).to.equal(expected);
        else refuses(choose, 'RESOURCE_EXHAUSTED', expected);
      });
    }
  });

  describe('a reservation', () => {
    const kind = { kind: 'fast' };

    it('counts at once, and until it is released', () => {
      const capacity = capacityOf({ fast: 10n });
      const release = capacity.reserve('fast', 7n);
      expect(capacity.available(kind)).to.equal(3n);
      refuses(() => capacity.reserve('fast', 4n), 'RESOURCE_EXHAUSTED', /4 bytes .*3 of kind fast/);
      expect(capacity.available(kind)).to.equal(3n);
      release();
      expect(capacity.available(kind)).to.equal(10n);
    });

    it('is released only once', () => {
      const capacity = capacityOf({ fast: 10n });
      const release = capacity.reserve('fast', 3n);
      capacity.reserve('fast', 5n);
      release();
      release();
      expect(capacity.available(kind)).to.equal(5n);
    });

    it('of exactly what is left: OK', () => {
      const capacity = capacityOf({ fast: 10n }, { fast: 4n });
      capacity.reserve('fast', 6n);
      expect(capacity.available(kind)).to.equal(0n);
    });

    it('takes nothing from another kind', () => {
      const capacity = capacityOf({ fast: 10n, slow: 20n });
      capacity.reserve('fast', 10n);
      expect(capacity.available({ kind: 'slow' })).to.equal(20n);
    });

    it('in a kind that is no longer configured has no limit', () => {
      const capacity = capacityOf({ fast: 10n });
      capacity.reserve('tape', 1000n);
      expect(capacity.available(kind)).to.equal(10n);
    });
  });

  describe('a kind that is made full', () => {
    const full = new Set<string>();
    const withKinds = (bytes: Bytes) =>
      promisedCapacity(
        new Map(Object.entries(bytes)),
        () => 0n,
        (kind) => full.has(kind),
      );
    afterEach(() => full.clear());

    it('has nothing left, until it is no longer full', () => {
      const capacity = withKinds({ fast: 10n, slow: 5n });
      full.add('fast');
      expect(capacity.available({ kind: 'fast' })).to.equal(0n);
      expect(capacity.available({})).to.equal(5n);
      refuses(
        () => capacity.choose({ kind: 'fast' }, 1n),
        'RESOURCE_EXHAUSTED',
        /left: 0 of kind fast/,
      );
      refuses(() => capacity.reserve('fast', 1n), 'RESOURCE_EXHAUSTED', /left: 0 of kind fast/);
      expect(capacity.choose({}, 1n)).to.equal('slow');
      full.clear();
      expect(capacity.available({ kind: 'fast' })).to.equal(10n);
      expect(capacity.choose({}, 1n)).to.equal('fast');
    });

    it('is full where no capacity is simulated too', () => {
      const capacity = withKinds({});
      full.add('');
      expect(capacity.available({})).to.equal(0n);
      refuses(() => capacity.choose({}, 1n), 'RESOURCE_EXHAUSTED', /1 bytes asked for; left: 0$/);
      refuses(() => capacity.reserve('', 1n), 'RESOURCE_EXHAUSTED', /left: 0$/);
      full.clear();
      expect(capacity.available({})).to.equal(undefined);
      expect(capacity.choose({}, 1n)).to.equal('');
    });
  });
});
