import { expect } from 'chai';
import {
  decideTopology,
  isIn,
  reaches,
  unreachable,
  type Topology,
} from '../../src/model/topology.js';

const NODE = 'a.test/node';
const ZONE = 'a.test/zone';
const z1: Topology = { [ZONE]: 'z1' };
const z2: Topology = { [ZONE]: 'z2' };
const n1: Topology = { [NODE]: 'n1', [ZONE]: 'z1' };
const n2: Topology = { [NODE]: 'n2', [ZONE]: 'z1' };
const n3: Topology = { [NODE]: 'n3', [ZONE]: 'z2' };

describe('topology', () => {
  const pairs: readonly (readonly [title: string, a: Topology, b: Topology, meet: boolean])[] = [
    ['the same', n1, { ...n1 }, true],
    ['another node', n1, n2, false],
    ['a zone and a node in it', z1, n1, true],
    ['a zone and a node in another', z2, n1, false],
    ['the same node, said to be in another zone', n1, { [NODE]: 'n1', [ZONE]: 'z2' }, false],
    ['one more key on each side', { ...z1, [NODE]: 'n1' }, { ...z1, 'a.test/rack': 'r1' }, false],
    ['a key that only others have', z1, { 'a.test/rack': 'r1' }, false],
    ['keys that differ in case', z1, { 'A.test/Zone': 'z1' }, true],
    ['values that differ in case', z1, { [ZONE]: 'Z1' }, false],
    ['no segments: any place', n1, {}, true],
    ['a key that every object has', z1, { constructor: 'z1' }, false],
  ];
  for (const [title, a, b, meet] of pairs) {
    it(`${title}: ${meet ? 'the same place' : 'another place'}, whichever comes first`, () => {
      expect([isIn(a, [b]), isIn(b, [a])]).to.deep.equal([meet, meet]);
    });
  }

  const decisions: readonly (readonly [
    title: string,
    available: readonly Topology[],
    requisite: readonly Topology[],
    preferred: readonly Topology[],
    accessible: readonly Topology[] | 'RESOURCE_EXHAUSTED',
  ])[] = [
    ['volumes everywhere, whatever is asked', [], [z2], [], []],
    ['nothing asked: the first', [n1, n3], [], [], [n1]],
    ['one requisite', [n1, n3], [n3], [], [n3]],
    ['the order of the requisite', [n1, n2, n3], [n3, n1], [], [n3]],
    ['the order of the preferred', [n1, n2, n3], [n1, n2, n3], [n2, n1], [n2]],
    ['the first preferred that there is', [n1, n2], [n1, n2, n3], [n3, n2], [n2]],
    ['no preferred that there is: a requisite one', [n1], [n1, n3], [n3], [n1]],
    ['preferred alone, none of which there is: any', [n1], [], [n3], [n1]],
    ['preferred that is not requisite', [n1, n3], [n1], [n3], [n1]],
    ['a zone is enough: told more closely', [n1, n3], [z2], [z2], [n3]],
    ['a requisite with keys of others', [z1], [n3, n1], [n1], [z1]],
    ['no requisite that there is', [n1], [n2, z2], [n2], 'RESOURCE_EXHAUSTED'],
  ];
  for (const [title, available, requisite, preferred, accessible] of decisions) {
    it(`a new volume, ${title}`, () => {
      const verdict = decideTopology({ requisite, preferred }, available);
      if (verdict.answer === 'OK') expect(verdict.accessible).to.deep.equal(accessible);
      else {
        expect(verdict.answer).to.equal(accessible);
        expect(verdict.message).to.contain('a.test/node=n1,a.test/zone=z1');
      }
    });
  }

  it('a new volume without requirements: the first topology, or everywhere', () => {
    expect(decideTopology(undefined, [n1, n3])).to.deep.equal({ answer: 'OK', accessible: [n1] });
    expect(decideTopology(undefined, [])).to.deep.equal({ answer: 'OK', accessible: [] });
  });

  it('an existing volume is reached from a requisite topology, or is not', () => {
    const from = (...requisite: Topology[]) => reaches([n1], { requisite, preferred: [n2] });
    expect([from(n1), from(z1), from(n2, n1)]).to.deep.equal([true, true, true]);
    expect([from(n2), from(z2)]).to.deep.equal([false, false]);
    expect([from(), reaches([n1], undefined)]).to.deep.equal([true, true]);
    expect(reaches([], { requisite: [n2], preferred: [] })).to.equal(true);
  });
});

describe('unreachable', () => {
  const rows: [
    title: string,
    accessible: Topology[],
    of: Topology | null,
    expected: RegExp | undefined,
  ][] = [
    ['from a node of the topology', [n1], n1, undefined],
    ['from a node in the zone', [z1], n2, undefined],
    ['from another node', [n1], n2, /^volume v cannot be reached from node n: .*a\.test\/node=n1/],
    ['from another zone', [z1], n3, /a\.test\/zone=z1 only$/],
    ['from a node without topology', [n1], null, undefined],
    ['that is accessible everywhere', [], n3, undefined],
  ];
  for (const [title, accessibleTopology, topology, expected] of rows) {
    it(`a volume ${title}: ${expected === undefined ? 'no' : 'yes, and it says from where it is'}`, () => {
      const reason = unreachable({ id: 'v', accessibleTopology }, { nodeId: 'n', topology });
      if (expected === undefined) expect(reason).to.equal(undefined);
      else expect(reason).to.match(expected);
    });
  }
});
