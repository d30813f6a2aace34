// Writes src/csi/generated from proto/csi.proto and proto/loader-options.json: the types of every
// message and service, the interface itself as a module, and its comments. Does nothing when all is up
// to date.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const PROTO = 'proto/csi.proto';
const OPTIONS = 'proto/loader-options.json';
const OUTPUT = 'src/csi/generated';
// Written last, so that an interrupted run is noticed.
const LOADED = `${OUTPUT}/loaded.ts`;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (!isUpToDate()) {
  rmSync(OUTPUT, { recursive: true, force: true });
  const options = JSON.parse(readFileSync(OPTIONS, 'utf8'));
  const root = parse(options);
  writeTypes(options);
  writeComments(root);
  writeLoaded(options, root);
}

function isUpToDate() {
  const written = statSync(LOADED, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
  const inputs = [PROTO, OPTIONS, fileURLToPath(import.meta.url)];
  return inputs.every((input) => statSync(input).mtimeMs < written);
}

function writeTypes(options) {
  const generator = import.meta.resolve('@grpc/proto-loader/build/bin/proto-loader-gen-types.js');
  const args = [
    '--includeDirs=proto',
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    '--includeComments',
    '--importFileExtension=.js',
    '--grpcLib=@grpc/grpc-js',
    `--outDir=${OUTPUT}`,
    'csi.proto',
  ];
  execFileSync(process.execPath, [fileURLToPath(generator), ...args], { stdio: 'inherit' });
}

/** The comments of messages and fields by name, for the help of the client. */
function writeComments(root) {
  const commented = typesIn(root.lookup('csi.v1')).flatMap((type) => [type, ...type.fieldsArray]);
  const comments = commented
    .filter(({ comment }) => comment)
    .map(({ fullName, comment }) => [
      fullName.replace('.csi.v1.', ''),
      comment.replaceAll(/\s+/g, ' '),
    ]);
  writeFileSync(
    `${OUTPUT}/comments.ts`,
    `// Original file: ${PROTO}

export const COMMENTS: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(comments), null, 2)};
`,
  );
}

/**
 * Parsing the .proto doubles the time that loading takes at the start of the driver, so it is done
 * here. The options become code because proto-loader wants the constructor `String`, not its name.
 */
function writeLoaded(options, root) {
  const settings = Object.entries(options).map(([name, value]) => `${name}: ${value}`);
  writeFileSync(
    LOADED,
    `// Original file: ${PROTO}

import { loadPackageDefinition, type GrpcObject } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { ProtoGrpcType } from './csi.js';

const descriptor = JSON.parse(
  ${JSON.stringify(JSON.stringify(withoutMarks(root)))},
);
export const definition = fromJSON(descriptor, { ${settings.join(', ')} });

export const loaded = loadPackageDefinition(definition) as GrpcObject & ProtoGrpcType;
`,
  );
}

function parse({ keepCase }) {
  const root = new protobuf.Root();
  // protobufjs knows timestamp.proto and wrappers.proto by heart; descriptor.proto it has as a file.
  root.resolvePath = (_importer, file) =>
    file === PROTO ? file : fileURLToPath(import.meta.resolve(`protobufjs/${file}`));
  return root.loadSync(PROTO, { keepCase, alternateCommentMode: true }).resolveAll();
}

/** Takes out the declarations of the csi_secret and alpha_* marks with all that only they need. */
function withoutMarks(root) {
  const csi = root.lookup('csi.v1');
  keep(csi, (object) => !(object instanceof protobuf.Field));
  const fields = typesIn(csi).flatMap((type) => type.fieldsArray);
  const used = new Set(fields.map((field) => field.resolvedType));
  keep(root.lookup('google.protobuf'), (object) => used.has(object));
  return root;
}

function keep(namespace, wanted) {
  for (const object of namespace.nestedArray) if (!wanted(object)) namespace.remove(object);
}

function typesIn(namespace) {
  return namespace.nestedArray.flatMap((object) =>
    object instanceof protobuf.Type ? [object, ...typesIn(object)] : [],
  );
}
