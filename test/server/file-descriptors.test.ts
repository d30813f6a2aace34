import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Message } from 'protobufjs';
import type * as Descriptor from 'protobufjs/ext/descriptor/index.js';
import { definition } from '../../src/csi/generated/loaded.js';
import { asProtocDescribes } from '../../src/server/file-descriptors.js';

const { FileDescriptorProto }: typeof Descriptor = createRequire(import.meta.url)(
  'protobufjs/ext/descriptor/index.js',
);

type Type = Descriptor.IDescriptorProto;

function files(): Descriptor.IFileDescriptorProto[] {
  const [described] = Object.values(asProtocDescribes(definition));
  const buffers: unknown = described?.['fileDescriptorProtos'];
  if (!Array.isArray(buffers)) throw new Error('no files');
  return buffers.map((bytes: Uint8Array) => {
    const file: Message & Descriptor.IFileDescriptorProto = FileDescriptorProto.decode(bytes);
    return file;
  });
}

function within(types: readonly Type[], scope: string): [name: string, type: Type][] {
  return types.flatMap((type) => {
    const name = `${scope}.${type.name ?? ''}`;
    return [[name, type] as [string, Type], ...within(type.nestedType ?? [], name)];
  });
}

describe('files as protoc describes them', () => {
  const described = files();
  const all = described.flatMap((file) => within(file.messageType ?? [], `.${file.package ?? ''}`));

  it('name every type absolutely, and it is there', () => {
    const known = new Set([
      ...all.map(([name]) => name),
      ...all.flatMap(([name, type]) => (type.enumType ?? []).map((each) => `${name}.${each.name}`)),
    ]);
    const named = all.flatMap(([, type]) =>
      (type.field ?? []).flatMap((each) => each.typeName || []),
    );
    expect(named).to.include('.csi.v1.VolumeCapability.AccessMode.Mode');
    for (const name of named) expect(known.has(name), name).to.equal(true);
  });

  it('import the files of what they name', () => {
    const [csi, google] = ['csi.v1', 'google.protobuf'].map((name) =>
      described.find((file) => file.package === name),
    );
    expect(csi?.dependency).to.deep.equal([google?.name]);
    expect(google?.dependency).to.deep.equal([]);
  });

  it('call the entries of a map after its field', () => {
    const entries = all.filter(([, type]) => type.options?.mapEntry).map(([name]) => name);
    expect(entries).to.include('.csi.v1.NodePublishVolumeRequest.VolumeContextEntry');
    for (const name of entries) expect(name).to.match(/\.[A-Z][A-Za-z]*Entry$/);
  });
});
