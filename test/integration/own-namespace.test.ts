import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync } from 'node:fs';
import { expect } from 'chai';
import { NOBODY } from '../host/nobody.js';
import { isRoot, mountsBelow, scratch, type Scratch } from '../host/scratch.js';
import {
  AS_NOBODY,
  driverCommand,
  startDriverProcess,
  type DriverProcess,
} from './driver-process.js';
import { refused } from './refusal.js';
import { capabilityOf, creationOf, mountCapability } from './test-volume.js';

describe('a driver whose user may not mount', () => {
  let place: Scratch;
  let driver: DriverProcess | undefined;

  before(function () {
    if (!isRoot) this.skip();
    place = scratch();
    chmodSync(place.root, 0o755);
    for (const name of ['state', 'staging', 'targets']) chownSync(place.make(name), NOBODY, NOBODY);
  });
  afterEach(async () => {
    await driver?.stop('SIGTERM');
    driver = undefined;
  });
  after(() => {
    if (isRoot) place.remove();
  });

  async function start(): Promise<DriverProcess> {
    const stateDir = place.path('state');
    driver = await startDriverProcess(stateDir, driverCommand(stateDir), AS_NOBODY);
    return driver;
  }

  it('mounts in a namespace of its own, and makes its mounts again when it starts', async () => {
    const first = await start();
    const { controller, node } = first.client;
    const volume_capability = mountCapability('SINGLE_NODE_SINGLE_WRITER');
    const { volume } = await controller.CreateVolume({
      name: 'volume',
      volume_capabilities: [volume_capability],
    });
    const volume_id = volume?.volume_id ?? '';
    const { publish_context } = await controller.ControllerPublishVolume({
      volume_id,
      node_id: 'node-1',
      volume_capability,
    });
    const common = {
      volume_id,
      volume_capability,
      publish_context,
      staging_target_path: place.path('staging'),
    };
    const published = { ...common, target_path: place.path('targets', 'a') };
    await node.NodeStageVolume(common);
    await node.NodePublishVolume(published);
    const paths = [place.path('staging'), place.path('targets', 'a')];
    expect(mountPoints('self')).to.deep.equal([]);
    expect(mountPoints(first.pid)).to.deep.equal(paths);

    await first.stop('SIGKILL');
    const { pid, client: again } = await start();
    expect(mountPoints(pid)).to.deep.equal(paths);
    await again.node.NodePublishVolume(published);

    await again.node.NodeUnpublishVolume({ volume_id, target_path: published.target_path });
    await again.node.NodeUnstageVolume({ volume_id, staging_target_path: place.path('staging') });
    await again.controller.ControllerUnpublishVolume({ volume_id, node_id: 'node-1' });
    await again.controller.DeleteVolume({ volume_id });
    expect(mountPoints(pid)).to.deep.equal([]);
  });

  it('refuses volumes that need loop devices, and says what is missing: FAILED_PRECONDITION', async () => {
    const { controller, node } = (await start()).client;
    for (const format of ['raw', 'ext4'] as const) {
      const volume_capability = capabilityOf(format, 'SINGLE_NODE_WRITER');
      const { volume } = await controller.CreateVolume({
        name: format,
        ...creationOf(format, ['SINGLE_NODE_WRITER']),
      });
      const volume_id = volume?.volume_id ?? '';
      const { publish_context } = await controller.ControllerPublishVolume({
        volume_id,
        node_id: 'node-1',
        volume_capability,
      });
      const stage = node.NodeStageVolume({
        volume_id,
        volume_capability,
        publish_context,
        staging_target_path: place.path('staging'),
      });
      await refused(stage, 'FAILED_PRECONDITION', /loop devices cannot be used here.*root/);
      await controller.ControllerUnpublishVolume({ volume_id, node_id: 'node-1' });
      await controller.DeleteVolume({ volume_id });
    }
  });

  it('refuses to start in Kubernetes, where no pod would see its mounts', async () => {
    const [program = '', ...args] = driverCommand(place.path('state'));
    const starting = spawn(program, args, {
      ...AS_NOBODY,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...AS_NOBODY.env, KUBERNETES_SERVICE_HOST: '10.0.0.1' },
    });
    let message = '';
    starting.stderr.on('data', (chunk: Buffer) => (message += chunk.toString()));
    const [code] = await once(starting, 'close');
    expect(code).to.equal(1);
    expect(message).to.match(/may not mount.*in Kubernetes.*privileged: true/s);
  });

  function mountPoints(process: number | 'self'): string[] {
    return mountsBelow(place.root, process)
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path !== place.root);
  }
});
