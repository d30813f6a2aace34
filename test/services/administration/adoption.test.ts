import { expect } from 'chai';
import {
  adoptionJson,
  adoptionOf,
  type Adoption,
} from '../../../src/services/administration/adoption.js';
import { StatusError } from '../../../src/csi/status.js';

const WHOLE: Adoption = {
  directory: '/d',
  id: 'a',
  name: 'n',
  bytes: 2n ** 60n,
  modes: ['SINGLE_NODE_WRITER', 'MULTI_NODE_READER_ONLY'],
};

function read(json: string): Adoption {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null) throw new TypeError('no object');
  return adoptionOf({ ...value });
}

describe('an adoption as JSON', () => {
  for (const adoption of [WHOLE, { ...WHOLE, bytes: undefined }]) {
    it(`is read as it was written, ${adoption.bytes === undefined ? 'without' : 'with'} a size`, () => {
      expect(read(adoptionJson(adoption))).to.deep.equal(adoption);
    });
  }

  it('has defaults: the id as name, the mode that implies all', () => {
    expect(read('{"directory": "/d", "id": "a", "size": "1Gi"}')).to.deep.equal({
      directory: '/d',
      id: 'a',
      name: 'a',
      bytes: 2n ** 30n,
      modes: ['MULTI_NODE_MULTI_WRITER'],
    });
  });

  const BAD: readonly (readonly [what: string, json: string])[] = [
    ['directory', '{"id": "a"}'],
    ['directory', '{"directory": "d", "id": "a"}'],
    ['directory', '{"directory": "/d\\u0000", "id": "a"}'],
    ['id', '{"directory": "/d"}'],
    ['id', '{"directory": "/d", "id": 1, "name": "n"}'],
    ['name', '{"directory": "/d", "id": "a", "name": 1}'],
    ['size', '{"directory": "/d", "id": "a", "size": 1}'],
    ['size', '{"directory": "/d", "id": "a", "size": "0"}'],
    ['modes', '{"directory": "/d", "id": "a", "modes": []}'],
    ['modes', '{"directory": "/d", "id": "a", "modes": "SINGLE_NODE_WRITER"}'],
    ['modes', '{"directory": "/d", "id": "a", "modes": ["SINGLE_NODE_WRITER", "RWX"]}'],
    ['"mode" is not known', '{"directory": "/d", "id": "a", "mode": "RWX"}'],
  ];
  for (const [what, json] of BAD) {
    it(`${json} is refused: ${what}`, () => {
      expect(() => read(json))
        .to.throw(StatusError, `body: ${what}`)
        .with.property('code', 'INVALID_ARGUMENT');
    });
  }
});
