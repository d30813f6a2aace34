import { expect } from 'chai';
import type { Format } from '../../src/model/format.js';
import {
  decideCondition,
  type ConditionFacts,
  type DataFinding,
  type FileSystemFinding,
} from '../../src/model/volume-condition.js';

const of = (format: Format) => ({ format, capacityBytes: 100n });
const facts = (changed: Partial<ConditionFacts> = {}): ConditionFacts => ({
  simulated: undefined,
  data: { found: 'directory' },
  mount: null,
  ...changed,
});
const mounted = (fileSystem: FileSystemFinding, ...vanished: string[]) =>
  facts({ mount: { path: '/pods/a', vanished, fileSystem } });

describe('the condition of a volume', () => {
  const data: readonly (readonly [
    title: string,
    format: Format,
    data: DataFinding,
    reason: RegExp | undefined,
  ])[] = [
    ['a directory', 'directory', { found: 'directory' }, undefined],
    ['an image of its size', 'raw', { found: 'image', bytes: 100n }, undefined],
    ['an image that is being grown', 'xfs', { found: 'image', bytes: 101n }, undefined],
    ['an image that was cut', 'ext4', { found: 'image', bytes: 99n }, /cut short to 99 of 100 byt/],
    ['an empty image', 'raw', { found: 'image', bytes: 0n }, /cut short to 0 of 100 bytes/],
    ['a directory for an image', 'raw', { found: 'directory' }, /not an image/],
    ['an image for a directory', 'directory', { found: 'image', bytes: 100n }, /not a directory/],
    ['nothing', 'directory', { found: 'nothing' }, /gone from the pool: restore .* or delete/],
    ['nothing yet, or no more', 'directory', { found: 'on its way' }, undefined],
    ['an error', 'directory', { found: 'unreadable', code: 'EIO' }, /cannot be read \(EIO\)/],
  ];
  for (const [title, format, found, reason] of data) {
    it(`${title} as data of ${format}: ${reason === undefined ? 'healthy' : 'abnormal'}`, () => {
      const { abnormal, message } = decideCondition(of(format), facts({ data: found }));
      expect(abnormal).to.equal(reason !== undefined);
      expect(message).to.match(reason ?? /healthy|being made or removed/);
    });
  }

  const mounts: readonly (readonly [string, ConditionFacts, RegExp | undefined])[] = [
    ['mounted and well', mounted({ found: 'well' }), undefined],
    [
      'vanished mounts',
      mounted({ found: 'well' }, '/pods/a', '/staging'),
      /mount at \/pods\/a, \/staging has vanished: restart/,
    ],
    ['read-only', mounted({ found: 'read-only' }), /at \/pods\/a has become read-only/],
    ['failing', mounted({ found: 'failing', code: 'EIO' }), /at \/pods\/a answers EIO/],
    ['errors', mounted({ found: 'errors', count: 3 }), /recorded 3 errors: .* fsck/],
  ];
  for (const [title, found, reason] of mounts) {
    it(`${title} on a node: ${reason === undefined ? 'healthy' : 'abnormal'}`, () => {
      const { abnormal, message } = decideCondition(of('directory'), found);
      expect(abnormal).to.equal(reason !== undefined);
      expect(message).to.match(reason ?? /healthy.* mounted at \/pods\/a$/);
    });
  }

  it('names every reason', () => {
    const found = mounted({ found: 'read-only' }, '/staging');
    const { message } = decideCondition(of('directory'), { ...found, data: { found: 'nothing' } });
    expect(message).to.match(/gone from the pool.*; .*vanished.*; .*read-only/);
  });

  it('that is simulated is told in the words of who simulates it, whatever is found', () => {
    for (const found of [facts(), facts({ data: { found: 'nothing' } })]) {
      expect(decideCondition(of('directory'), { ...found, simulated: 'on fire' })).to.deep.equal({
        abnormal: true,
        message: 'on fire',
      });
    }
  });
});
