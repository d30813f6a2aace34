import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSecrets } from '../../src/secrets/secrets-file.js';
import { TextFileError } from '../../src/yaml/text-file-error.js';

const SECRET = 'hunter2';

describe('readSecrets', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'csi-mock-test-'));
    path = join(directory, 'secrets.yaml');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  for (const [text, secrets] of [
    ['', {}],
    ['CreateVolumeSecret:\n  key: value\n', { CreateVolume: { key: 'value' } }],
    // Every value is text, as it was written.
    [
      'NodeStageVolumeSecret: {pin: 0123, on: true}',
      { NodeStageVolume: { pin: '0123', on: 'true' } },
    ],
    [
      'ControllerValidateVolumeCapabilitiesSecret: {a: b}',
      { ValidateVolumeCapabilities: { a: 'b' } },
    ],
    // csi-sanity knows RPCs that CSI v1.5 does not have.
    ['ControllerModifyVolumeSecret: {a: b}', {}],
  ] as const) {
    it(`takes ${JSON.stringify(text)}`, () => {
      writeFileSync(path, text);
      expect(readSecrets(path)).to.deep.equal(secrets);
    });
  }

  for (const [what, text, complaint] of [
    ['a list', `- ${SECRET}`, 'expected a map with keys such as CreateVolumeSecret'],
    ['an unknown RPC', 'CreateVolumSecret: {}', 'no RPC takes "CreateVolumSecret"'],
    [
      'a value that is no text',
      `CreateVolumeSecret: {a: [${SECRET}]}`,
      'expected a string under "a"',
    ],
    ['an RPC with a text', `CreateVolumeSecret: ${SECRET}`, 'expected a map of strings'],
    ['no YAML', `CreateVolumeSecret: "${SECRET}`, 'line 1 is not YAML'],
    ['an unknown alias', `CreateVolumeSecret: *${SECRET}`, 'an alias is unknown'],
    ['deep nesting', `a: ${'['.repeat(100_000)}`, 'is nested too deeply'],
  ] as const) {
    it(`refuses ${what} without a word of what is in the file`, () => {
      writeFileSync(path, text);
      expect(() => readSecrets(path))
        .to.throw(TextFileError, complaint)
        .with.property('message')
        .that.includes(path)
        .and.does.not.include(SECRET);
    });
  }

  it('refuses a file that is not there', () => {
    expect(() => readSecrets(path)).to.throw(TextFileError, path);
  });
});
