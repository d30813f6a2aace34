import { createRequire } from 'node:module';
import type { AnyDefinition, PackageDefinition } from '@grpc/proto-loader';
import type { Message } from 'protobufjs';
import type * as Descriptor from 'protobufjs/ext/descriptor/index.js';

/**
 * The files of a definition, under one of its types, described as `protoc` would. protobufjs names types
 * relatively, leaves out what a file imports, and calls the entries of a map as the field: clients in Go
 * refuse that.
 */
export function asProtocDescribes(definition: PackageDefinition): PackageDefinition {
  const { FileDescriptorProto }: typeof Descriptor = createRequire(import.meta.url)(
    'protobufjs/ext/descriptor/index.js',
  );
  const files = new Map<string, Descriptor.IFileDescriptorProto>();
  for (const type of typesOf(definition)) {
    for (const bytes of type.fileDescriptorProtos) {
      const file: Message & Descriptor.IFileDescriptorProto = FileDescriptorProto.decode(bytes);
      files.set(file.name ?? '', file);
    }
  }
  const described = [...files.values()];
  for (const file of described) renameEntries(file.messageType ?? []);
  const fileOf = new Map(
    described.flatMap((file) => namesIn(file).map((name) => [name, file] as const)),
  );
  for (const file of described) link(file, fileOf);

  const fileDescriptorProtos = described.map((file) =>
    Buffer.from(FileDescriptorProto.encode(FileDescriptorProto.create(file)).finish()),
  );
  const [any] = typesOf(definition);
  return any === undefined ? {} : { files: { ...any, fileDescriptorProtos } };
}

type TypeDefinition = Extract<AnyDefinition, { readonly format: string }>;

function typesOf(definition: PackageDefinition): TypeDefinition[] {
  return Object.values(definition).filter((entry) => isType(entry));
}

/** A service has its methods for fields. */
function isType(entry: AnyDefinition): entry is TypeDefinition {
  return typeof entry['format'] === 'string';
}

/** `VolumeContextEntry` for the entries of the map `volume_context`. */
function renameEntries(types: readonly Descriptor.IDescriptorProto[]): void {
  for (const type of types) {
    const entries = (type.nestedType ?? []).filter(({ options }) => options?.mapEntry);
    for (const field of type.field ?? []) {
      const entry = entries.find(({ name }) => name === field.typeName);
      if (entry === undefined) continue;
      const name = `${camelCase(field.name ?? '')}Entry`;
      entry.name = name;
      field.typeName = name;
    }
    renameEntries(type.nestedType ?? []);
  }
}

function camelCase(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/** Makes the names of types absolute, and has the file import those of other files. */
function link(
  file: Descriptor.IFileDescriptorProto,
  fileOf: ReadonlyMap<string, Descriptor.IFileDescriptorProto>,
): void {
  const imports = new Set<string>();
  const absolute = (name: string, scope: string): string => {
    const found = name.startsWith('.') ? name.slice(1) : lookUp(name, scope, fileOf);
    const other = fileOf.get(found);
    if (other?.name !== undefined && other !== file) imports.add(other.name);
    return `.${found}`;
  };
  const inside = (types: readonly Descriptor.IDescriptorProto[], scope: string): void => {
    for (const type of types) {
      const own = `${scope}.${type.name ?? ''}`;
      for (const field of type.field ?? []) {
        if (field.typeName) field.typeName = absolute(field.typeName, own);
      }
      inside(type.nestedType ?? [], own);
    }
  };
  inside(file.messageType ?? [], file.package ?? '');
  file.dependency = [...imports];
}

/** The name in the innermost scope that has it; the name itself where none does. */
function lookUp(name: string, scope: string, known: ReadonlyMap<string, unknown>): string {
  for (
    let outer = scope;
    outer !== '';
    outer = outer.slice(0, Math.max(0, outer.lastIndexOf('.')))
  ) {
    if (known.has(`${outer}.${name}`)) return `${outer}.${name}`;
  }
  return name;
}

function namesIn(file: Descriptor.IFileDescriptorProto): string[] {
  const inside = (types: readonly Descriptor.IDescriptorProto[], scope: string): string[] =>
    types.flatMap((type) => {
      const own = `${scope}.${type.name ?? ''}`;
      const enums = (type.enumType ?? []).map((each) => `${own}.${each.name ?? ''}`);
      return [own, ...enums, ...inside(type.nestedType ?? [], own)];
    });
  const scope = file.package ?? '';
  const enums = (file.enumType ?? []).map((each) => `${scope}.${each.name ?? ''}`);
  return [...enums, ...inside(file.messageType ?? [], scope)];
}
