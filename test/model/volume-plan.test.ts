import { expect } from 'chai';
import type { VolumeCapability } from '../../src/model/capability.js';
import type { CapacityRange } from '../../src/model/capacity.js';
import type { ContentSource } from '../../src/model/content-source.js';
import type { CreateRequest } from '../../src/model/create.js';
import { FORMATS, FORMAT_WORDS, type Format } from '../../src/model/format.js';
import type { Topology, TopologyRequirement } from '../../src/model/topology.js';
import { planVolume } from '../../src/model/volume-plan.js';
import { blockCapability, mountCapability } from './samples.js';

const MI = 2n ** 20n;
const here = { node: 'node-1' };
const there = { node: 'node-2' };
const rules = {
  sizes: { minVolumeSize: 0n, maxVolumeSize: 1024n * MI, defaultVolumeSize: 400n * MI },
  topologies: [here],
};

const CAPABILITIES: Record<Format, VolumeCapability> = {
  directory: mountCapability('SINGLE_NODE_WRITER'),
  ext4: mountCapability('SINGLE_NODE_WRITER', { fsType: 'ext4' }),
  xfs: mountCapability('SINGLE_NODE_WRITER', { fsType: 'xfs' }),
  raw: blockCapability('SINGLE_NODE_WRITER'),
};

function asked(capability: VolumeCapability, changed: Partial<CreateRequest> = {}): CreateRequest {
  return {
    name: 'pvc-1',
    capacityRange: undefined,
    capabilities: [capability],
    parameters: {},
    topology: undefined,
    source: null,
    ...changed,
  };
}

const parameters = (format: Format) => ({
  kind: undefined,
  enforceSize: format === 'ext4' || format === 'xfs',
});

function source(format: Format, changed: Partial<ContentSource> = {}): ContentSource {
  return {
    source: { kind: 'snapshot', id: 'snap-1' },
    format,
    bytes: 500n * MI,
    accessibleTopology: [here],
    ...changed,
  };
}

describe('planVolume from a source', () => {
  for (const from of FORMATS) {
    for (const to of FORMATS) {
      it(`${to} from ${from}: ${from === to ? 'OK' : 'INVALID_ARGUMENT that names both'}`, () => {
        const plan = planVolume(asked(CAPABILITIES[to]), parameters(to), source(from), rules);
        if (from === to) return expect(plan).to.include({ answer: 'OK', format: to });
        expect(plan.answer).to.equal('INVALID_ARGUMENT');
        return expect(plan)
          .to.have.property('message')
          .that.includes(`snapshot snap-1 is for ${FORMAT_WORDS[from]}`)
          .and.includes(`to be for ${FORMAT_WORDS[to]}`);
      });
    }
  }

  for (const format of ['ext4', 'xfs'] as const) {
    it(`no fs_type, from ${format}: ${format}`, () => {
      const any = mountCapability('SINGLE_NODE_WRITER');
      const plan = planVolume(asked(any), parameters(format), source(format), rules);
      expect(plan).to.include({ answer: 'OK', format });
    });
  }

  const sizes: [string, CapacityRange | undefined, bigint | string][] = [
    ['nothing asked, the default being smaller', undefined, 500n * MI],
    ['less', range(1n), 500n * MI],
    ['as much', range(500n * MI, 500n * MI), 500n * MI],
    ['more', range(501n * MI), 501n * MI],
    ['at most less', range(0n, 500n * MI - 1n), 'OUT_OF_RANGE'],
    ['less, and at most less', range(1n, 2n), 'OUT_OF_RANGE'],
    ['over the maximum', range(1025n * MI), 'OUT_OF_RANGE'],
  ];
  for (const [title, capacityRange, expected] of sizes) {
    it(`of 500 MiB, ${title}: ${expected}`, () => {
      const request = asked(CAPABILITIES.directory, { capacityRange });
      const plan = planVolume(request, parameters('directory'), source('directory'), rules);
      expect(plan.answer === 'OK' ? plan.bytes : plan.answer).to.equal(expected);
    });
  }

  it('larger than the maximum: OUT_OF_RANGE', () => {
    const large = source('directory', { bytes: 2048n * MI });
    const plan = planVolume(asked(CAPABILITIES.directory), parameters('directory'), large, rules);
    expect(plan.answer).to.equal('OUT_OF_RANGE');
  });

  const places: [
    string,
    ContentSource['accessibleTopology'],
    CreateRequest['topology'],
    unknown,
  ][] = [
    ['where the source is', [there], undefined, [there]],
    ['where the source is, when that is asked for', [there], only(there), [there]],
    ['elsewhere', [there], only(here), 'RESOURCE_EXHAUSTED'],
    ['of a source that is everywhere, where the driver is', [], only(here), [here]],
    ['of a source that is everywhere, elsewhere', [], only(there), 'RESOURCE_EXHAUSTED'],
  ];
  for (const [title, accessibleTopology, topology, expected] of places) {
    it(`accessible ${title}: ${JSON.stringify(expected)}`, () => {
      const request = asked(CAPABILITIES.directory, { topology });
      const from = source('directory', { accessibleTopology });
      const plan = planVolume(request, parameters('directory'), from, rules);
      expect(plan.answer === 'OK' ? plan.accessible : plan.answer).to.deep.equal(expected);
    });
  }
});

function range(requiredBytes: bigint, limitBytes = 0n): CapacityRange {
  return { requiredBytes, limitBytes };
}

function only(topology: Topology): TopologyRequirement {
  return { requisite: [topology], preferred: [] };
}
