import { expect } from 'chai';
import { messageValue, MessageValueError } from '../../src/csi/message-value.js';
import { RPCS } from '../../src/csi/rpc.js';

const CREATE = RPCS.get('CreateVolume');

describe('values of messages', () => {
  if (CREATE === undefined) throw new Error('the interface has CreateVolume');

  it('come out as messages are serialized', () => {
    const given = {
      name: 'a',
      capacity_range: { required_bytes: 5, limit_bytes: '9223372036854775807' },
      volume_capabilities: [
        {
          access_type: 'mount',
          mount: { mount_flags: ['ro'] },
          block: null,
          access_mode: { mode: 'SINGLE_NODE_WRITER' },
        },
      ],
      parameters: { kind: 'fast' },
      accessibility_requirements: null,
    };
    expect(messageValue(given, CREATE.request)).to.deep.equal({
      name: 'a',
      capacity_range: { required_bytes: '5', limit_bytes: '9223372036854775807' },
      volume_capabilities: [
        {
          mount: { mount_flags: ['ro'] },
          block: null,
          access_mode: { mode: 'SINGLE_NODE_WRITER' },
        },
      ],
      parameters: { kind: 'fast' },
      accessibility_requirements: null,
    });
  });

  it('of enums may be numbers, as those of a later interface are', () => {
    const given = { volume_capabilities: [{ access_mode: { mode: 99 } }] };
    expect(messageValue(given, CREATE.request)).to.deep.equal(given);
  });

  const refused: [string, unknown, string][] = [
    ['no message', [], 'CreateVolumeRequest: expected an object'],
    ['an unknown field', { nmae: 'a' }, 'nmae is no field of CreateVolumeRequest'],
    ['a field that every object has', { constructor: 'a' }, 'constructor is no field of'],
    [
      'an unknown field inside',
      { capacity_range: { bytes: 1 } },
      'capacity_range.bytes is no field of CapacityRange',
    ],
    ['a number for text', { name: 5 }, 'name: expected a string'],
    ['no text', { name: null }, 'name: expected a string'],
    ['one for a list', { volume_capabilities: {} }, 'volume_capabilities: expected a list'],
    [
      'text for a number',
      { capacity_range: { limit_bytes: 'x' } },
      'capacity_range.limit_bytes: expected a whole number (int64)',
    ],
    [
      'a fraction',
      { capacity_range: { limit_bytes: 1.5 } },
      'capacity_range.limit_bytes: expected a whole number (int64)',
    ],
    [
      '2^63',
      { capacity_range: { limit_bytes: '9223372036854775808' } },
      'capacity_range.limit_bytes: expected a whole number',
    ],
    [
      'an unknown value of an enum',
      { volume_capabilities: [{ access_mode: { mode: 'SNW' } }] },
      'volume_capabilities[0].access_mode.mode: expected one of UNKNOWN',
    ],
    ['a map of numbers', { parameters: { a: 1 } }, 'parameters: expected an object of strings'],
    [
      'a message in the place of text',
      { parameters: 'a' },
      'parameters: expected an object of strings',
    ],
  ];
  for (const [title, given, message] of refused) {
    it(`are not ${title}`, () => {
      expect(() => messageValue(given, CREATE.request)).to.throw(MessageValueError, message);
    });
  }
});
