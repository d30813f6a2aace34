import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { expect } from 'chai';
import jspb from 'google-protobuf';
import { csi } from '../../src/csi/proto.js';
import { controller } from './samples/controller.js';
import { identity } from './samples/identity.js';
import { node } from './samples/node.js';
import type { Sample } from './samples/sample.js';
import { choice, encode, entry, expectFields, flag, message, type Field } from './wire.js';

interface Row {
  readonly title: string;
  readonly sample: Sample<object>;
  readonly serialize: (value: object) => Buffer;
  readonly deserialize: (bytes: Buffer) => object;
}

const messages = [
  ...rows(csi.Identity.service, identity),
  ...rows(csi.Controller.service, controller),
  ...rows(csi.Node.service, node),
];

function rows(
  service: ServiceDefinition,
  samples: Readonly<Record<string, { request: Sample<object>; response: Sample<object> }>>,
): Row[] {
  return Object.entries(service).flatMap(
    ([rpc, method]: [string, MethodDefinition<object, object>]) => {
      const sample = samples[rpc];
      if (sample === undefined) throw new Error(`no sample of ${rpc}`);
      return [
        {
          title: `${rpc}Request`,
          sample: sample.request,
          serialize: method.requestSerialize,
          deserialize: method.requestDeserialize,
        },
        {
          title: `${rpc}Response`,
          sample: sample.response,
          serialize: method.responseSerialize,
          deserialize: method.responseDeserialize,
        },
      ];
    },
  );
}

const { requestDeserialize: stageRequest } = csi.Node.service.NodeStageVolume;
const { requestDeserialize: createRequest } = csi.Controller.service.CreateVolume;
const { responseSerialize: publishResponse } = csi.Controller.service.ControllerPublishVolume;

describe('csi: messages on the wire', () => {
  for (const { title, sample, serialize, deserialize } of messages) {
    it(`${title}: the bytes of another encoder decode to its value`, () => {
      expect(deserialize(encode(sample.wire))).to.deep.equal(sample.value);
    });

    it(`${title}: the bytes of its value are the same, and another decoder reads them`, () => {
      const bytes = serialize(sample.value);
      expectFields(bytes, sample.wire);
      expect(bytes.equals(encode(sample.wire))).to.equal(true);
    });

    it(`${title}: a value with nothing set takes no bytes`, () => {
      expect(serialize({})).to.have.lengthOf(0);
    });
  }
});

const enums: readonly {
  readonly name: string;
  readonly wire: (value: number) => Field[];
  readonly decode: (bytes: Buffer) => unknown;
  /** By number. */
  readonly values: readonly string[];
}[] = [
  {
    name: 'VolumeCapability.AccessMode.Mode',
    wire: (value) => [message(4, message(3, choice(1, value)))],
    decode: (bytes) => stageRequest(bytes).volume_capability?.access_mode?.mode,
    values: [
      'UNKNOWN',
      'SINGLE_NODE_WRITER',
      'SINGLE_NODE_READER_ONLY',
      'MULTI_NODE_READER_ONLY',
      'MULTI_NODE_SINGLE_WRITER',
      'MULTI_NODE_MULTI_WRITER',
      'SINGLE_NODE_SINGLE_WRITER',
      'SINGLE_NODE_MULTI_WRITER',
    ],
  },
  {
    name: 'PluginCapability.Service.Type',
    wire: (value) => [message(1, message(1, choice(1, value)))],
    decode: (bytes) =>
      csi.Identity.service.GetPluginCapabilities.responseDeserialize(bytes).capabilities[0]?.service
        ?.type,
    values: ['UNKNOWN', 'CONTROLLER_SERVICE', 'VOLUME_ACCESSIBILITY_CONSTRAINTS'],
  },
  {
    name: 'PluginCapability.VolumeExpansion.Type',
    wire: (value) => [message(1, message(2, choice(1, value)))],
    decode: (bytes) =>
      csi.Identity.service.GetPluginCapabilities.responseDeserialize(bytes).capabilities[0]
        ?.volume_expansion?.type,
    values: ['UNKNOWN', 'ONLINE', 'OFFLINE'],
  },
  {
    name: 'ControllerServiceCapability.RPC.Type',
    wire: (value) => [message(1, message(1, choice(1, value)))],
    decode: (bytes) =>
      csi.Controller.service.ControllerGetCapabilities.responseDeserialize(bytes).capabilities[0]
        ?.rpc?.type,
    values: [
      'UNKNOWN',
      'CREATE_DELETE_VOLUME',
      'PUBLISH_UNPUBLISH_VOLUME',
      'LIST_VOLUMES',
      'GET_CAPACITY',
      'CREATE_DELETE_SNAPSHOT',
      'LIST_SNAPSHOTS',
      'CLONE_VOLUME',
      'PUBLISH_READONLY',
      'EXPAND_VOLUME',
      'LIST_VOLUMES_PUBLISHED_NODES',
      'VOLUME_CONDITION',
      'GET_VOLUME',
      'SINGLE_NODE_MULTI_WRITER',
    ],
  },
  {
    name: 'NodeServiceCapability.RPC.Type',
    wire: (value) => [message(1, message(1, choice(1, value)))],
    decode: (bytes) =>
      csi.Node.service.NodeGetCapabilities.responseDeserialize(bytes).capabilities[0]?.rpc?.type,
    values: [
      'UNKNOWN',
      'STAGE_UNSTAGE_VOLUME',
      'GET_VOLUME_STATS',
      'EXPAND_VOLUME',
      'VOLUME_CONDITION',
      'SINGLE_NODE_MULTI_WRITER',
      'VOLUME_MOUNT_GROUP',
    ],
  },
  {
    name: 'VolumeUsage.Unit',
    wire: (value) => [message(1, choice(4, value))],
    decode: (bytes) =>
      csi.Node.service.NodeGetVolumeStats.responseDeserialize(bytes).usage[0]?.unit,
    values: ['UNKNOWN', 'BYTES', 'INODES'],
  },
];

describe('csi: enums on the wire', () => {
  for (const { name, wire, decode, values } of enums) {
    for (const [number, value] of values.entries()) {
      it(`${name}: ${number} is ${value}`, () => {
        expect(decode(encode(wire(number)))).to.equal(value);
      });
    }

    it(`${name}: a number that CSI v1.5 does not know stays a number`, () => {
      expect(decode(encode(wire(values.length)))).to.equal(values.length);
    });
  }
});

describe('csi: what is absent', () => {
  it('a request without fields decodes to empty text, empty maps and null messages', () => {
    expect(stageRequest(Buffer.alloc(0))).to.deep.equal({
      volume_id: '',
      publish_context: {},
      staging_target_path: '',
      volume_capability: null,
      secrets: {},
      volume_context: {},
    });
  });

  it('a capability without an access type names none', () => {
    const { volume_capability } = stageRequest(encode([message(4, message(3, choice(1, 1)))]));
    expect(volume_capability).to.deep.equal({ access_mode: { mode: 'SINGLE_NODE_WRITER' } });
  });

  it('a wrapped false differs from no answer', () => {
    const { responseDeserialize: probe } = csi.Identity.service.Probe;
    expect(probe(Buffer.alloc(0))).to.deep.equal({ ready: null });
    expect(probe(encode([message(1)]))).to.deep.equal({ ready: { value: false } });
    expect(probe(encode([message(1, flag(1, false))]))).to.deep.equal({ ready: { value: false } });
  });
});

describe('csi: what a newer or broken peer sends', () => {
  const unknown: Readonly<Record<string, (writer: jspb.BinaryWriter) => void>> = {
    varint: (writer) => writer.writeUint64String(5000, '18446744073709551615'),
    'fixed 64 bit': (writer) => writer.writeFixed64String(5000, '18446744073709551615'),
    'length-delimited': (writer) => writer.writeBytes(5000, new Uint8Array([255, 0, 255])),
    group: (writer) =>
      writer.writeGroup(5000, {}, (_value, inner: jspb.BinaryWriter) => inner.writeString(1, 'x')),
    'fixed 32 bit': (writer) => writer.writeFixed32(5000, 4_294_967_295),
  };
  const { wire, value } = node.NodeStageVolume.request;

  for (const [wireType, write] of Object.entries(unknown)) {
    it(`an unknown field of wire type ${wireType} is skipped`, () => {
      const writer = new jspb.BinaryWriter();
      write(writer);
      const field = Buffer.from(writer.getResultBuffer());
      expect(stageRequest(Buffer.concat([field, encode(wire), field]))).to.deep.equal(value);
    });
  }

  it('two access types at once both arrive, for the parser to refuse', () => {
    const { volume_capability } = stageRequest(encode([message(4, message(2), message(1))]));
    expect(volume_capability).to.include.keys('mount', 'block');
  });

  it('a message that is cut short is refused', () => {
    expect(() => stageRequest(encode(wire).subarray(0, -1))).to.throw(RangeError);
  });

  it('a field of a wire type that does not exist is refused', () => {
    expect(() => stageRequest(Buffer.concat([encode(wire), Buffer.of(0x0f)]))).to.throw(Error);
  });

  for (const key of ['__proto__', 'constructor', 'toString']) {
    it(`the map key ${key} is a key like any other when read`, () => {
      const { parameters } = createRequest(encode([entry(4, key, 'x'), entry(4, 'tier', 'gold')]));
      expect(Object.entries(parameters)).to.deep.equal([
        [key, 'x'],
        ['tier', 'gold'],
      ]);
      expect(Object.getPrototypeOf(parameters)).to.equal(Object.prototype);
    });

    it(`the map key ${key} is a key like any other when written`, () => {
      const publish_context = Object.fromEntries([[key, 'x']]);
      expectFields(publishResponse({ publish_context }), [entry(1, key, 'x')]);
    });
  }
});
