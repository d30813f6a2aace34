import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { StatusError } from '../../src/csi/status.js';
import { createDriver } from '../../src/index.js';
import { TextFileError } from '../../src/yaml/text-file-error.js';
import { scratch } from '../host/scratch.js';
import { rejectionOf } from '../store/rejection.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { createRequest } from './new-volume.js';

/** The same file as csi-sanity is given. */
const secretsFile = resolve('test/sanity/secrets.yaml');

describe('a driver that requires secrets', () => {
  const driver = withDriver({ secretsFile });
  const create = (secrets: Record<string, string>) =>
    driver.client.controller.CreateVolume(createRequest({ secrets }));

  it('serves a call that brings them, whatever else it brings', async () => {
    const secrets = { user: 'creator', password: 'create: 1', more: 'x' };
    const { volume } = await create(secrets);
    const volume_id = volume?.volume_id ?? '';
    await driver.client.controller.DeleteVolume({ volume_id, secrets: { password: 'delete' } });
  });

  it('serves RPCs that require none without any', async () => {
    await driver.client.controller.ListVolumes({});
  });

  it('quotes neither the secret that is wrong nor the one that is right', async () => {
    const secrets = { user: 'creator', password: 'guess' };
    const { message } = await rejectionOf(create(secrets), StatusError);
    expect(message).to.not.include('guess').and.not.include('create: 1');
  });

  const rows = [
    ['none', {}, 'INVALID_ARGUMENT', /CreateVolume requires the key "user"/],
    ['one missing', { user: 'creator' }, 'INVALID_ARGUMENT', /requires the key "password"/],
    ['one wrong', { user: 'creator', password: 'guess' }, 'UNAUTHENTICATED', /"password" is not/],
    ['one empty', { user: '', password: 'create: 1' }, 'UNAUTHENTICATED', /"user" is not/],
    [
      "another RPC's",
      { user: 'creator', password: 'delete' },
      'UNAUTHENTICATED',
      /"password" is not the one that CreateVolume requires/,
    ],
    [
      'the right ones under keys in another case',
      { User: 'creator', Password: 'create: 1' },
      'INVALID_ARGUMENT',
      /"user"/,
    ],
  ] as const;
  for (const [title, secrets, code, message] of rows) {
    it(`${title}: ${code}, and nothing is made`, async () => {
      await refusedKeepingAll(driver, () => create(secrets), code, message);
    });
  }
});

describe('a file of secrets that is not one', () => {
  const rows = [
    ['is not there', undefined, /ENOENT/],
    ['is no YAML', 'CreateVolumeSecret: [top-secret', /line \d+ is not YAML/],
    ['names no RPC', 'CreateVolumesSecret: {key: top-secret}', /CreateVolumesSecret/],
    ['holds no text', 'CreateVolumeSecret: {key: [top-secret]}', /expected a string under "key"/],
  ] as const;
  for (const [title, text, message] of rows) {
    it(`${title}: the driver does not start, says where, and shows no secret`, async () => {
      const place = scratch();
      try {
        const file = place.path('secrets.yaml');
        if (text !== undefined) writeFileSync(file, text);
        const driver = createDriver({
          stateDir: place.path('state'),
          secretsFile: file,
          services: ['controller'],
          logLevel: 'silent',
        });
        const error = await rejectionOf(driver.start(), TextFileError);
        expect(error.message).to.match(message).and.include(file).and.not.include('top-secret');
        await driver.stop();
      } finally {
        place.remove();
      }
    });
  }
});
