import { fileURLToPath } from 'node:url';
import type { MethodDefinition } from '@grpc/grpc-js';
import { expect } from 'chai';
import protobuf from 'protobufjs';
import { csi } from '../../src/csi/proto.js';
import { controller } from './samples/controller.js';
import { identity } from './samples/identity.js';
import { node } from './samples/node.js';

// protobufjs keeps the marks, which proto-loader drops.
const root = new protobuf.Root();
root.resolvePath = (_importer, file) =>
  file.startsWith('google/') ? fileURLToPath(import.meta.resolve(`protobufjs/${file}`)) : file;
root.loadSync(fileURLToPath(new URL('../../../proto/csi.proto', import.meta.url)), {
  keepCase: true,
});
root.resolveAll();

const types = typesIn(root.lookup('csi.v1'));

function typesIn(object: protobuf.ReflectionObject | null): protobuf.Type[] {
  if (!(object instanceof protobuf.Namespace)) return [];
  const nested = object.nestedArray.flatMap(typesIn);
  return object instanceof protobuf.Type ? [object, ...nested] : nested;
}

function fieldsIn(type: protobuf.Type): string[] {
  return type.fieldsArray.map((field) => nameOf(field));
}

function nameOf(object: protobuf.ReflectionObject): string {
  return object.fullName.replace('.csi.v1.', '');
}

/** The fields that are set in `value`, a message of type `type`, and in the messages in it. */
function fieldsSetIn(type: protobuf.Type, value: object): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const field = type.fields[key];
    if (field === undefined) return [];
    const { resolvedType } = field;
    if (!(resolvedType instanceof protobuf.Type)) return [nameOf(field)];
    const all: unknown[] = Array.isArray(inner) ? inner : [inner];
    const messages = all.filter((each) => typeof each === 'object' && each !== null);
    return [nameOf(field), ...messages.flatMap((each) => fieldsSetIn(resolvedType, each))];
  });
}

describe('csi.proto', () => {
  it('has every field set in one sample at least', () => {
    const samples = { ...identity, ...controller, ...node };
    const set = Object.entries(samples).flatMap(([rpc, { request, response }]) => [
      ...fieldsSetIn(root.lookupType(`csi.v1.${rpc}Request`), request.value),
      ...fieldsSetIn(root.lookupType(`csi.v1.${rpc}Response`), response.value),
    ]);
    expect(set).to.include.members(types.flatMap(fieldsIn));
  });

  for (const [name, { service }] of Object.entries(csi)) {
    it(`serves each RPC of ${name} as one answer to one request, under the path that peers call`, () => {
      const methods = Object.entries<MethodDefinition<object, object>>(service);
      for (const [rpc, { path, requestStream, responseStream }] of methods) {
        expect(path).to.equal(`/csi.v1.${name}/${rpc}`);
        expect(requestStream || responseStream).to.equal(false);
      }
    });
  }

  it('marks as csi_secret the fields that are called secrets, and no other', () => {
    const secrets = types
      .flatMap((type) => type.fieldsArray)
      .filter((field) => field.getOption('(csi_secret)') === true);
    expect(secrets.map(nameOf)).to.have.members([
      'CreateVolumeRequest.secrets',
      'DeleteVolumeRequest.secrets',
      'ControllerPublishVolumeRequest.secrets',
      'ControllerUnpublishVolumeRequest.secrets',
      'ValidateVolumeCapabilitiesRequest.secrets',
      'CreateSnapshotRequest.secrets',
      'DeleteSnapshotRequest.secrets',
      'ListSnapshotsRequest.secrets',
      'ControllerExpandVolumeRequest.secrets',
      'NodeStageVolumeRequest.secrets',
      'NodePublishVolumeRequest.secrets',
      'NodeExpandVolumeRequest.secrets',
    ]);
    const called = types.flatMap(fieldsIn).filter((name) => name.endsWith('.secrets'));
    expect(called).to.have.members(secrets.map(nameOf));
  });
});
