import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HooksError } from '../../src/hooks/hooks-error.js';
import { rejectionOf } from '../store/rejection.js';
import { controllerState, refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { withDrivers } from './drivers.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

const GIB = 2 ** 30;

const MODULE = `
export async function before(call) {
  const { method, request } = call;
  if (method === 'GetPluginInfo') return { name: 'answered.test', vendor_version: call.node };
  if (method === 'Probe') for (;;) {}
  if (method === 'NodeGetInfo') throw new Error('secret of the hook');
  if (method !== 'CreateVolume') return undefined;
  switch (request.name) {
    case 'larger': request.capacity_range = { required_bytes: ${2 * GIB} }; break;
    case 'refused': throw Object.assign(new Error('not on my watch'), { code: 'PERMISSION_DENIED' });
    case 'object': throw { code: 'ABORTED', message: 'an object' };
    case 'other code': throw Object.assign(new Error('x'), { code: 'ENOENT' });
    case 'wrong field': request.nmae = 'x'; break;
    case 'wrong value': request.capacity_range = { required_bytes: 'many' }; break;
    case 'wrong enum': request.volume_capabilities[0].access_mode.mode = 'SNW'; break;
    case 'without': delete request.parameters; delete request.secrets; break;
    case 'secrets': if (request.secrets.key !== 'k') throw new Error('no secrets'); break;
  }
}
export async function after(call, response) {
  const { method, request } = call;
  if (method !== 'CreateVolume') return undefined;
  switch (request.name) {
    case 'renamed': response.volume.volume_context = { seen: response.volume.volume_id }; break;
    case 'replaced': return { volume: { volume_id: 'another' } };
    case 'huge': return { volume: { volume_id: 'x'.repeat(100 * 2 ** 20) } };
    case 'wrong response': response.volume.capacity_bytes = -0.5; break;
    case 'lost': throw Object.assign(new Error('lost'), { code: 'UNAVAILABLE' });
  }
}
`;

const directory = mkdtempSync(join(tmpdir(), 'csi-mock-hooks-'));
after(() => rmSync(directory, { recursive: true }));

function hooksFile(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('hooks over the socket', () => {
  const driver = withDriver({ hooksFile: hooksFile('hooks.mjs', MODULE), hookTimeout: 3000 });
  const create = (name: string) => driver.client.controller.CreateVolume(createRequest({ name }));

  it('change the request', async () => {
    const { capacity_bytes } = await newVolume(driver.client, { name: 'larger' });
    expect(capacity_bytes).to.equal(String(2 * GIB));
  });

  it('leave out what a caller may leave out', async () => {
    expect((await newVolume(driver.client, { name: 'without' })).capacity_bytes).to.equal(
      String(GIB),
    );
  });

  it('see secrets', async () => {
    await newVolume(driver.client, { name: 'secrets', secrets: { key: 'k' } });
    await refused(create('secrets'), 'INTERNAL');
  });

  it('change the response, or make another', async () => {
    const renamed = await newVolume(driver.client, { name: 'renamed' });
    expect(renamed.volume_context).to.deep.equal({ seen: renamed.volume_id });
    expect((await newVolume(driver.client, { name: 'replaced' })).volume_id).to.equal('another');
  });

  it('answer in the place of the driver', async () => {
    const { name, vendor_version } = await driver.client.identity.GetPluginInfo({});
    expect({ name, vendor_version }).to.deep.equal({
      name: 'answered.test',
      vendor_version: 'node-1',
    });
  });

  const refusals: [string, Parameters<typeof refused>[1], RegExp][] = [
    ['refused', 'PERMISSION_DENIED', /^not on my watch$/],
    ['object', 'ABORTED', /^an object$/],
    ['other code', 'INTERNAL', /^hook before failed; the log of the driver has the details$/],
    ['wrong field', 'INTERNAL', /^hook before made a wrong CreateVolumeRequest: nmae is no field/],
    ['wrong value', 'INTERNAL', /capacity_range\.required_bytes: expected a whole number/],
    [
      'wrong enum',
      'INTERNAL',
      /volume_capabilities\[0\]\.access_mode\.mode: expected one of UNKNOWN/,
    ],
  ];
  for (const [name, code, message] of refusals) {
    it(`refuse a call before anything is done: ${name}, ${code}`, () =>
      refusedKeepingAll(driver, () => create(name), code, message));
  }

  const lost: [string, Parameters<typeof refused>[1], RegExp][] = [
    ['lost', 'UNAVAILABLE', /^lost$/],
    [
      'huge',
      'INTERNAL',
      /^hook after made a message of 1048576\d\d characters of JSON; at most 4194304/,
    ],
    [
      'wrong response',
      'INTERNAL',
      /^hook after made a wrong CreateVolumeResponse: volume\.capacity_bytes/,
    ],
  ];
  for (const [name, code, message] of lost) {
    it(`lose the answer once all is done: ${name}, ${code}`, async () => {
      const { length } = (await driver.client.controller.ListVolumes({})).entries;
      await refused(create(name), code, message);
      await refused(create(name), code, message);
      expect((await driver.client.controller.ListVolumes({})).entries).to.have.length(length + 1);
    });
  }

  it('that throw what they will are INTERNAL, and the caller is told nothing of it', async () => {
    await refused(driver.client.node.NodeGetInfo({}), 'INTERNAL', /^((?!secret).)*$/);
    expect((await newVolume(driver.client)).volume_id).to.match(/^vol-/);
  });

  it('that do not end are INTERNAL after their time, and the driver serves on', async () => {
    const [looping, created] = await Promise.allSettled([
      refused(
        driver.client.identity.Probe({}),
        'INTERNAL',
        /^hook before took longer than 3000 ms$/,
      ),
      newVolume(driver.client),
    ]);
    expect([looping.status, created.status]).to.deep.equal(['fulfilled', 'fulfilled']);
  });
});

describe('hooks.yaml of the csi-test mock over the socket', () => {
  const driver = withDriver({
    hooksFile: hooksFile(
      'hooks.yaml',
      `globals: |
  counter = 0;
createVolumeStart: |
  counter += 1;
  if (counter < 3) { DEADLINEEXCEEDED; } else { OK; }
deleteVolumeStart: missing()
nodeGetInfo: RESOURCEEXHAUSTED
controllerPublishVolumeEnd: ABORTED
`,
    ),
  });

  it('plays what it says', async () => {
    const request = createRequest();
    const before = await controllerState(driver);
    for (let call = 0; call < 2; call++) {
      const created = driver.client.controller.CreateVolume(request);
      await refused(
        created,
        'DEADLINE_EXCEEDED',
        /^hook createVolumeStart came to DEADLINE_EXCEEDED$/,
      );
    }
    expect(await controllerState(driver)).to.deep.equal(before);
    await newVolume(driver.client, request);
    await refused(driver.client.node.NodeGetInfo({}), 'RESOURCE_EXHAUSTED');
  });

  it('plays what comes after the effect', async () => {
    const { volume_id } = await newVolume(driver.client);
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const request = { volume_id, node_id: 'node-1', volume_capability };
    await refused(driver.client.controller.ControllerPublishVolume(request), 'ABORTED');
    const { status } = await driver.client.controller.ControllerGetVolume({ volume_id });
    expect(status?.published_node_ids).to.deep.equal(['node-1']);
  });

  it('does not end the driver: not with an exception, not with ControllerGetVolume', async () => {
    const { volume_id } = await newVolume(driver.client);
    await refused(driver.client.controller.DeleteVolume({ volume_id }), 'INTERNAL');
    const found = await driver.client.controller.ControllerGetVolume({ volume_id });
    expect(found.volume?.volume_id).to.equal(volume_id);
  });
});

describe('hooks that cannot be loaded', () => {
  const drivers = withDrivers();
  it('do not let the driver start', async () => {
    const driver = drivers.create('bad-hooks', {
      hooksFile: hooksFile('bad.yaml', 'createVolum: OK'),
    });
    const { message } = await rejectionOf(driver.start(), HooksError);
    expect(message).to.match(/bad\.yaml: line 1, column 1: unknown key "createVolum"/);
  });
});
