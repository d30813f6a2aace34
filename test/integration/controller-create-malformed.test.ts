import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import type { CreateVolumeRequest } from '../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { createRequest, newVolume } from './new-volume.js';
import { mountCapability } from './test-volume.js';

const SNW = mountCapability('SINGLE_NODE_WRITER');

/** All paths below a directory but those of the store's own files. */
function paths(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('state dir/store/'))
    .toSorted();
}

describe('CreateVolume, whatever it is called with', () => {
  const driver = withDriver({ capacity: { '': '100Gi', fast: '100Gi' } });

  describe('what is malformed', () => {
    const large = { key: 'x'.repeat(64 * 1024) };
    const cases: [string, CreateVolumeRequest, RegExp][] = [
      ['no name', { name: '' }, /^name is required/],
      ['a name of 129 bytes', { name: 'x'.repeat(129) }, /^name must not exceed 128 bytes/],
      ['a name of 65 characters of two bytes', { name: 'é'.repeat(65) }, /^name must not exceed/],
      ['a name with NUL', { name: 'a\0' }, /^name must not contain/],
      ['a name with a control character', { name: 'a\u001b[31m' }, /^name must not contain/],
      ['a name with a control character of Latin-1', { name: 'a\u0085' }, /^name must not contain/],
      ['no capability', { volume_capabilities: [] }, /^volume_capabilities is required/],
      [
        'an empty capability',
        { volume_capabilities: [SNW, {}] },
        /^volume_capabilities\[1\]\.access_mode is required/,
      ],
      [
        'no access type',
        { volume_capabilities: [{ access_mode: { mode: 'SINGLE_NODE_WRITER' } }] },
        /^volume_capabilities\[0\]\.access_type is required/,
      ],
      [
        'the mode UNKNOWN',
        { volume_capabilities: [{ access_mode: { mode: 'UNKNOWN' }, mount: {} }] },
        /^volume_capabilities\[0\]\.access_mode\.mode is UNKNOWN/,
      ],
      [
        'an unknown mount flag',
        {
          volume_capabilities: [
            mountCapability('SINGLE_NODE_WRITER', { mount_flags: ['ro', 'password=s3cret'] }),
          ],
        },
        /^volume_capabilities\[0\]\.mount\.mount_flags\[1\] is no mount flag(?!.*s3cret)/,
      ],
      [
        'an unknown parameter',
        { parameters: { type: 'gp3' } },
        /^parameters\["type"\] is not known/,
      ],
      [
        'an unknown parameter beside known ones',
        { parameters: { kind: 'fast', 'csi.storage.k8s.io/pv/name': 'pv', Kind: 'fast' } },
        /^parameters\["Kind"\] is not known/,
      ],
      [
        'a parameter named __proto__',
        { parameters: Object.fromEntries([['__proto__', 'x']]) },
        /^parameters\["__proto__"\] is not known/,
      ],
      ['an unknown kind', { parameters: { kind: 'tape' } }, /^parameters\.kind is unknown; .*fast/],
      ['large parameters', { parameters: large }, /^parameters must not exceed/],
      ['large secrets', { secrets: large }, /^secrets must not exceed/],
      ['a source that is none', { volume_content_source: {} }, /^volume_content_source\.type /],
    ];
    for (const [title, changed, words] of cases) {
      it(`${title}: INVALID_ARGUMENT that names the field`, () =>
        refusedKeepingAll(
          driver,
          () => newVolume(driver.client, changed),
          'INVALID_ARGUMENT',
          words,
        ));
    }
  });

  describe('a name is any text, and never a path', () => {
    const names = [
      'x'.repeat(128),
      '..',
      '.',
      '/',
      '../../escaped',
      '/tmp/absolute',
      'a/b',
      'with\ttab\nand newline',
      ' ',
      'ボリューム-é-😀',
      '\u202eright to left',
      '__proto__',
      'constructor',
      'volumes',
      'incoming',
      '%2e%2e%2f',
      '$(touch owned)',
      'vol-00000000-0000-0000-0000-000000000000',
    ];
    for (const name of names) {
      it(`${encodeURI(name).slice(0, 48)}: OK, kept across a restart`, async () => {
        const { root } = driver.scratch;
        const before = paths(root);
        const { volume_id } = await newVolume(driver.client, { name });
        const own = `state dir/pool/volumes/${volume_id}`;
        expect(paths(root).filter((path) => !before.includes(path))).to.deep.equal([
          own,
          `${own}/data`,
          `${own}/volume.json`,
        ]);
        await driver.restart();
        expect((await newVolume(driver.client, { name })).volume_id).to.equal(volume_id);
      });
    }

    it('names that look the same and are not: two volumes', async () => {
      const composed = await newVolume(driver.client, { name: 'caf\u00e9' });
      const decomposed = await newVolume(driver.client, { name: 'cafe\u0301' });
      expect(composed.volume_id).not.to.equal(decomposed.volume_id);
    });
  });

  it('parameters that Kubernetes adds are welcome', async () => {
    const parameters = {
      'csi.storage.k8s.io/pvc/name': 'data',
      'csi.storage.k8s.io/pvc/namespace': 'default',
      'csi.storage.k8s.io/pv/name': 'pvc-1',
    };
    const request = createRequest({ parameters });
    const { volume_id } = await newVolume(driver.client, request);
    const renamed = { ...request, parameters: { 'csi.storage.k8s.io/pvc/name': 'restored' } };
    expect((await newVolume(driver.client, renamed)).volume_id).to.equal(volume_id);
  });
});
