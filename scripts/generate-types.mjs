// Writes src/csi/generated from proto/csi.proto and proto/loader-options.json: the TypeScript types of
// every message and service, and the parsed interface as a module. Does nothing when all is up to date.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '@grpc/proto-loader'; // teaches protobufjs where google/protobuf/descriptor.proto is
import protobuf from 'protobufjs';

const PROTO = 'proto/csi.proto';
const OPTIONS = 'proto/loader-options.json';
const OUTPUT = 'src/csi/generated';
// Written last, so that an interrupted run is noticed.
const DESCRIPTOR = `${OUTPUT}/descriptor.ts`;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (!isUpToDate()) {
  rmSync(OUTPUT, { recursive: true, force: true });
  const options = JSON.parse(readFileSync(OPTIONS, 'utf8'));
  writeTypes(options);
  writeDescriptor(options);
}

function isUpToDate() {
  const written = statSync(DESCRIPTOR, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
  const inputs = [PROTO, OPTIONS, fileURLToPath(import.meta.url)];
  return inputs.every((input) => statSync(input).mtimeMs < written);
}

function writeTypes(options) {
  const generator = import.meta.resolve('@grpc/proto-loader/build/bin/proto-loader-gen-types.js');
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  execFileSync(
    process.execPath,
    [
      fileURLToPath(generator),
      ...flags,
      '--includeComments',
      '--importFileExtension=.js',
      '--grpcLib=@grpc/grpc-js',
      `--outDir=${OUTPUT}`,
      '-I',
      'proto',
      '--',
      'csi.proto',
    ],
    { stdio: 'inherit' },
  );
}

/**
 * Parsing the .proto takes longer than all else at the start of the driver, so it is done here. The
 * options become code because proto-loader wants the constructor `String` and not its name.
 */
function writeDescriptor(options) {
  const root = new protobuf.Root();
  root.loadSync(PROTO, { keepCase: options.keepCase }).resolveAll();
  dropMarks(root);
  const settings = Object.entries(options).map(([name, value]) => `  ${name}: ${value},\n`);
  writeFileSync(
    DESCRIPTOR,
    `// Original file: ${PROTO}

import type { fromJSON, Options } from '@grpc/proto-loader';

export const options: Options = {
${settings.join('')}};

export const descriptor: Parameters<typeof fromJSON>[0] = JSON.parse(
  ${JSON.stringify(JSON.stringify(root))},
);
`,
  );
}

/** Takes out the declarations of the csi_secret and alpha_* marks with all that only they need. */
function dropMarks(root) {
  const csi = root.lookup('csi.v1');
  for (const mark of csi.nestedArray.filter((object) => object instanceof protobuf.Field)) {
    csi.remove(mark);
  }
  const used = new Set(
    typesIn(csi).flatMap(({ fieldsArray }) => fieldsArray.map((field) => field.resolvedType)),
  );
  const google = root.lookup('google.protobuf');
  for (const type of google.nestedArray.filter((object) => !used.has(object))) google.remove(type);
}

function typesIn(namespace) {
  return namespace.nestedArray.flatMap((object) =>
    object instanceof protobuf.Type ? [object, ...typesIn(object)] : [],
  );
}
