import { expect } from 'chai';
import { flushDevices, usersOf } from '../../../src/host/copy/image-users.js';
import { loopDevices } from '../../../src/host/loop-devices.js';
import { eventually } from '../../integration/eventually.js';
import { rejectionOf } from '../../store/rejection.js';
import { isRoot } from '../scratch.js';
import { imageSite, type ImageSite } from './image-site.js';

describe('the users of an image', () => {
  let site: ImageSite;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    site = imageSite('tmpfs');
  });
  afterEach(() => site.remove());

  it('are the devices that it is attached to, and where they are mounted', async () => {
    const image = site.image('volume', 2 ** 20);
    expect(await usersOf(image.identity)).to.deep.equal({ devices: [], places: [] });
    const { number, path } = site.attach(image);
    site.attach(site.image('other', 2 ** 20));
    const { devices, places } = await usersOf(image.identity);
    expect(devices).to.have.lengthOf(1);
    expect(devices[0]).to.include({ number, path, name: 'a test of copies' });
    expect(places).to.deep.equal([]);
  });

  it('that were detached since have nothing to flush', async () => {
    const image = site.image('volume', 2 ** 20);
    const attached = { image: image.path, identity: image.identity, readonly: false };
    const held = loopDevices('a test of copies').attach({ ...attached, autoclear: true });
    const users = await usersOf(image.identity);
    held[Symbol.dispose]();
    expect(users.devices).to.have.lengthOf(1);
    // Whoever looks into a new device, as udev does, holds it for a moment.
    await eventually(async () =>
      expect(await usersOf(image.identity)).to.deep.equal({ devices: [], places: [] }),
    );
    await flushDevices(image.identity, users);
    const gone = { ...users, devices: users.devices.map((each) => ({ ...each, path: '/absent' })) };
    await flushDevices(image.identity, gone);
  });

  it('that cannot be flushed and are still there: the error', async () => {
    const image = site.image('volume', 2 ** 20);
    site.attach(image);
    const { devices, places } = await usersOf(image.identity);
    const broken = { places, devices: devices.map((each) => ({ ...each, path: '/absent' })) };
    await rejectionOf(flushDevices(image.identity, broken), Error);
  });
});
