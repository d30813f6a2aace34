import { expect } from 'chai';
import {
  decideExpansion,
  decideNodeExpansion,
  decideSize,
  type CapacityRange,
} from '../../src/model/capacity.js';
import { decideRepeatedCreate, type CreateRequest } from '../../src/model/create.js';
import { decideTopology } from '../../src/model/topology.js';
import type { Volume } from '../../src/model/volume.js';
import { mountCapability } from './samples.js';

const Gi = 1024n ** 3n;
const range = (requiredBytes: bigint, limitBytes = 0n): CapacityRange => ({
  requiredBytes,
  limitBytes,
});

describe('decideSize', () => {
  const rules = { minVolumeSize: 10n, maxVolumeSize: 1000n, defaultVolumeSize: 100n };
  const cases: [string, CapacityRange | undefined, bigint | string][] = [
    ['nothing asked', undefined, 100n],
    ['required', range(50n), 50n],
    ['required and limit the same', range(50n, 50n), 50n],
    ['limit alone, above the default', range(0n, 500n), 100n],
    ['limit alone, below the default', range(0n, 50n), 50n],
    ['below the minimum', range(5n), 10n],
    ['limit below the minimum', range(0n, 5n), 'OUT_OF_RANGE'],
    ['required below and limit below the minimum', range(2n, 5n), 'OUT_OF_RANGE'],
    ['at the maximum', range(1000n), 1000n],
    ['over the maximum', range(1001n), 'OUT_OF_RANGE'],
    ['the largest number', range(2n ** 63n - 1n), 'OUT_OF_RANGE'],
  ];
  for (const [title, asked, expected] of cases) {
    it(`${title}: ${expected}`, () => {
      const verdict = decideSize(asked, rules);
      expect(verdict.answer === 'OK' ? verdict.bytes : verdict.answer).to.equal(expected);
    });
  }
  it('without bounds the largest number is a size', () => {
    const free = { minVolumeSize: 0n, maxVolumeSize: 0n, defaultVolumeSize: 100n };
    expect(decideSize(range(2n ** 63n - 1n), free)).to.deep.equal({
      answer: 'OK',
      bytes: 2n ** 63n - 1n,
    });
  });
  it('a default over the maximum is cut to it', () => {
    expect(decideSize(undefined, { ...rules, defaultVolumeSize: 5000n })).to.have.property(
      'bytes',
      1000n,
    );
  });
});

describe('decideExpansion of a volume of 100 bytes', () => {
  const own = { capacityBytes: 100n, imageBytes: 0n };
  const rules = { minVolumeSize: 0n, maxVolumeSize: 1000n, defaultVolumeSize: 1n };
  const cases: [string, CapacityRange, bigint | string][] = [
    ['larger', range(200n), 200n],
    ['the same', range(100n), 100n],
    ['smaller is idempotent', range(50n), 100n],
    ['a limit below what it has', range(0n, 99n), 'OUT_OF_RANGE'],
    ['a limit alone above', range(0n, 500n), 100n],
    ['over the maximum', range(1001n), 'OUT_OF_RANGE'],
  ];
  for (const [title, asked, expected] of cases) {
    it(`${title}: ${expected}`, () => {
      const verdict = decideExpansion('vol-1', own, asked, rules);
      expect(verdict.answer === 'OK' ? verdict.bytes : verdict.answer).to.equal(expected);
    });
  }
  it('what it has already is idempotent, although the maximum was lowered meanwhile', () => {
    const lowered = { ...rules, maxVolumeSize: 50n };
    expect(decideExpansion('vol-1', own, range(100n), lowered)).to.have.property('bytes', 100n);
  });
});

describe('decideExpansion of a volume of 100 bytes in an image of 300', () => {
  const rules = { minVolumeSize: 0n, maxVolumeSize: 1000n, defaultVolumeSize: 1n };
  const own = { capacityBytes: 100n, imageBytes: 300n };
  const cases: [string, CapacityRange, bigint | string][] = [
    ['the same', range(100n), 100n],
    ['larger, but less than the image', range(200n), 300n],
    ['larger than the image', range(301n), 301n],
    ['a limit below the image', range(200n, 299n), 'OUT_OF_RANGE'],
    ['a limit alone, below the image', range(0n, 200n), 100n],
  ];
  for (const [title, asked, expected] of cases) {
    it(`${title}: ${expected}`, () => {
      const verdict = decideExpansion('vol-1', own, asked, rules);
      expect(verdict.answer === 'OK' ? verdict.bytes : verdict.answer).to.equal(expected);
    });
  }
});

describe('decideNodeExpansion of a volume of 100 bytes', () => {
  const cases: [string, CapacityRange | undefined, bigint | RegExp][] = [
    ['nothing asked', undefined, 100n],
    ['the same', range(100n), 100n],
    ['the same and no more', range(100n, 100n), 100n],
    ['smaller is idempotent', range(50n), 100n],
    ['a limit alone above', range(0n, 500n), 100n],
    ['larger than the controller made it', range(101n), /ControllerExpandVolume comes first/],
    ['a limit below what it has', range(0n, 99n), /never made smaller/],
    ['both below what it has', range(50n, 99n), /never made smaller/],
  ];
  for (const [title, asked, expected] of cases) {
    it(`${title}: ${typeof expected === 'bigint' ? expected : 'OUT_OF_RANGE'}`, () => {
      const verdict = decideNodeExpansion('vol-1', 100n, asked);
      if (typeof expected === 'bigint') {
        expect(verdict).to.deep.equal({ answer: 'OK', bytes: expected });
      } else {
        expect(verdict.answer).to.equal('OUT_OF_RANGE');
        expect(verdict).to.have.property('message').that.matches(expected);
      }
    });
  }
});

describe('decideRepeatedCreate', () => {
  const existing: Volume = {
    id: 'vol-1',
    name: 'pvc-1',
    capacityBytes: Gi,
    capabilities: [mountCapability('SINGLE_NODE_WRITER')],
    parameters: { kind: 'fast' },
    kind: 'fast',
    accessibleTopology: [{ zone: 'a' }],
    format: 'directory',
    source: { kind: 'snapshot', id: 'snap-1' },
  };
  const request: CreateRequest = {
    name: 'pvc-1',
    capacityRange: range(Gi),
    capabilities: [mountCapability('SINGLE_NODE_WRITER')],
    parameters: { kind: 'fast' },
    topology: { requisite: [{ zone: 'a' }, { zone: 'b' }], preferred: [] },
    source: { kind: 'snapshot', id: 'snap-1' },
  };
  const cases: [string, Partial<CreateRequest>, string][] = [
    ['the same', {}, 'OK (idempotent)'],
    ['no range', { capacityRange: undefined }, 'OK (idempotent)'],
    ['a smaller size', { capacityRange: range(1n) }, 'OK (idempotent)'],
    ['a larger size', { capacityRange: range(2n * Gi) }, 'ALREADY_EXISTS'],
    ['a lower limit', { capacityRange: range(1n, Gi - 1n) }, 'ALREADY_EXISTS'],
    [
      'SINGLE_NODE_MULTI_WRITER after a sidecar upgrade',
      { capabilities: [mountCapability('SINGLE_NODE_MULTI_WRITER')] },
      'OK (idempotent)',
    ],
    [
      'one capability of two that it lacks',
      { capabilities: [...request.capabilities, mountCapability('MULTI_NODE_MULTI_WRITER')] },
      'ALREADY_EXISTS',
    ],
    ['other parameters', { parameters: { kind: 'slow' } }, 'ALREADY_EXISTS'],
    ['no parameters', { parameters: {} }, 'ALREADY_EXISTS'],
    [
      'another topology',
      { topology: { requisite: [{ zone: 'b' }], preferred: [] } },
      'ALREADY_EXISTS',
    ],
    ['no topology', { topology: undefined }, 'OK (idempotent)'],
  ];
  for (const [title, change, expected] of cases) {
    it(`${title}: ${expected}`, () => {
      expect(decideRepeatedCreate({ ...request, ...change }, existing).answer).to.equal(expected);
    });
  }
});

describe('decideTopology', () => {
  const [a, b, c] = [{ zone: 'a' }, { zone: 'b' }, { zone: 'c' }];
  const cases: [string, Parameters<typeof decideTopology>, object[] | string][] = [
    ['no constraints', [{ requisite: [a], preferred: [] }, []], []],
    ['nothing asked', [undefined, [a, b]], [a]],
    ['the first preferred that fits', [{ requisite: [a, b, c], preferred: [c, b] }, [a, b]], [b]],
    ['requisite when no preferred fits', [{ requisite: [c, a], preferred: [c] }, [a, b]], [a]],
    ['preferred alone that does not fit', [{ requisite: [], preferred: [c] }, [a]], [a]],
    [
      'preferred that is not requisite, against the spec',
      [{ requisite: [c], preferred: [a] }, [a, b]],
      'RESOURCE_EXHAUSTED',
    ],
    ['requisite elsewhere', [{ requisite: [c], preferred: [] }, [a, b]], 'RESOURCE_EXHAUSTED'],
  ];
  for (const [title, [asked, available], expected] of cases) {
    it(`${title}: ${JSON.stringify(expected)}`, () => {
      const verdict = decideTopology(asked, available);
      expect(verdict.answer === 'OK' ? verdict.accessible : verdict.answer).to.deep.equal(expected);
    });
  }
});
