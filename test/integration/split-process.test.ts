import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import { launch, type Program } from '../crash/program.js';
import { NOBODY } from '../host/nobody.js';
import { withDrivers, type RunningDriver } from './drivers.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];

for (const attach of [true, false]) {
  describe(`a controller of a user without any rights, attach ${attach}`, () => {
    const drivers = withDrivers();
    let program: Program | undefined;
    let client: Client;
    let node: RunningDriver;

    before(async () => {
      const { scratch } = drivers;
      for (const name of ['state', 'pool']) chownSync(scratch.make(name), NOBODY, NOBODY);
      const poolDir = scratch.path('pool');
      program = launch(
        [
          `--state-dir=${scratch.path('state')}`,
          `--pool-dir=${poolDir}`,
          `--attach=${attach}`,
          '--services=controller',
        ],
        AS_NOBODY,
      );
      await program.ready();
      client = connect(scratch.path('state', 'csi.sock'));
      node = await drivers.start('node', { poolDir, attach, services: ['node'] });
    });
    after(async () => {
      await program?.kill();
      if (program !== undefined) client.close();
    });

    it('makes, attaches, grows and deletes what a node with the right to mount uses', async () => {
      const { controller } = client;
      const volume_capability = mountCapability('SINGLE_NODE_WRITER');
      const { volume_id } = await newVolume(client);
      const ids = { volume_id, node_id: 'node-1', volume_capability };
      const publish_context = attach
        ? (await controller.ControllerPublishVolume(ids)).publish_context
        : {};
      const staging_target_path = drivers.scratch.make('staging');
      const target_path = join(drivers.scratch.make('targets'), 'a');
      const paths = { staging_target_path, target_path, publish_context };
      await node.client.node.NodeStageVolume({ ...ids, ...paths });
      await node.client.node.NodePublishVolume({ ...ids, ...paths });
      writeFileSync(join(target_path, 'file'), 'data');
      const grown = { volume_id, capacity_range: { required_bytes: String(2n ** 31n) } };
      await controller.ControllerExpandVolume(grown);
      const volume_path = target_path;
      const answer = await node.client.node.NodeExpandVolume({ ...grown, volume_path });
      expect(answer.capacity_bytes).to.equal(String(2n ** 31n));

      await refused(controller.DeleteVolume(ids), 'FAILED_PRECONDITION', /node-1/);
      await node.client.node.NodeUnpublishVolume({ ...ids, ...paths });
      await node.client.node.NodeUnstageVolume({ ...ids, ...paths });
      if (attach) await controller.ControllerUnpublishVolume(ids);
      await controller.DeleteVolume(ids);
      expect((await controller.ListVolumes({})).entries).to.deep.equal([]);
    });
  });
}
