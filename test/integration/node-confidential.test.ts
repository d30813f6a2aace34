import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import { StatusError } from '../../src/csi/status.js';
import { launch, type Program } from '../crash/program.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';
import { newVolume } from './new-volume.js';
import { mountCapability } from './test-volume.js';

const MODE = 'SINGLE_NODE_WRITER';

/** A text that can only come from where it was put. */
const marked = (what: string) => `${what}-${randomBytes(12).toString('hex')}`;

/** The files below a directory that hold a text, whatever else is in them. */
function filesWith(text: string, directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

describe('what node calls carry beside ids and paths stays out of the log at level trace', () => {
  let place: Scratch | undefined;
  let program: Program;
  let client: Client;
  let stateDir: string;

  before(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    stateDir = place.make('state');
    program = launch([`--state-dir=${stateDir}`, '--node-id=node-1', '--log-level=trace']);
    await program.ready();
    client = connect(join(stateDir, 'csi.sock'));
  });
  after(async () => {
    client?.close();
    await program?.kill();
    place?.remove();
  });

  const SECRET = marked('secret');
  const TOKEN = marked('token');
  const FLAG = marked('flag');
  const CONTEXT = marked('context');
  const KEY = marked('key');

  /** Makes every node call, those that are answered OK and those that are refused. */
  async function callEverything(): Promise<{ readonly refusals: string[]; readonly id: string }> {
    const { controller, node } = client;
    const { volume_id } = await newVolume(client);
    const volume_capability = mountCapability(MODE);
    const ids = { volume_id, node_id: 'node-1', volume_capability };
    const { publish_context } = await controller.ControllerPublishVolume(ids);
    const request = {
      ...ids,
      staging_target_path: place?.make('staging') ?? '',
      target_path: join(place?.make('targets') ?? '', 'a'),
      secrets: { password: SECRET, [SECRET]: 'by name' },
      publish_context: { ...publish_context, [KEY]: CONTEXT },
      volume_context: {
        [KEY]: CONTEXT,
        'csi.storage.k8s.io/pod.name': TOKEN,
        'csi.storage.k8s.io/serviceAccount.tokens': JSON.stringify({ '': { token: TOKEN } }),
        [`csi.storage.k8s.io/${TOKEN}`]: 'by name',
      },
    };
    const volume_path = request.target_path;
    const unknownFlag = { volume_capability: mountCapability(MODE, { mount_flags: [FLAG] }) };
    const huge = { filler: 'x'.repeat(2 ** 16) };

    await node.NodeStageVolume(request);
    await node.NodePublishVolume(request);
    await node.NodePublishVolume({ ...request, secrets: { password: `other ${SECRET}` } });
    await node.NodeGetVolumeStats({ ...request, volume_path });
    await node.NodeExpandVolume({ ...request, volume_path });
    const refused = [
      node.NodeStageVolume({ ...request, ...unknownFlag }),
      node.NodeStageVolume({ ...request, staging_target_path: '/elsewhere' }),
      node.NodeStageVolume({ ...request, secrets: { ...request.secrets, ...huge } }),
      node.NodePublishVolume({ ...request, ...unknownFlag }),
      node.NodePublishVolume({ ...request, readonly: true }),
      node.NodePublishVolume({ ...request, publish_context: { [KEY]: `other ${CONTEXT}` } }),
      node.NodePublishVolume({ ...request, volume_context: { [KEY]: `other ${CONTEXT}` } }),
      node.NodePublishVolume({ ...request, target_path: `${request.target_path}2` }),
      node.NodePublishVolume({
        ...request,
        volume_context: { ...request.volume_context, ...huge },
      }),
      node.NodePublishVolume({ ...request, volume_id: 'never-existed' }),
      node.NodeExpandVolume({ ...request, volume_path, capacity_range: { required_bytes: -1 } }),
      node.NodeUnstageVolume(request),
    ];
    const refusals = await Promise.all(
      refused.map((call) =>
        call.then(
          () => 'OK',
          (error: unknown) => (error instanceof StatusError ? error.message : String(error)),
        ),
      ),
    );
    return { refusals, id: volume_id };
  }

  it('and, as far as it is secret, out of the state and of the refusals', async () => {
    const { refusals, id } = await callEverything();
    expect(refusals).not.to.include('OK');
    for (const text of [SECRET, TOKEN, FLAG, CONTEXT, KEY]) {
      expect(refusals.filter((refusal) => refusal.includes(text))).to.deep.equal([]);
    }
    const { output } = await program.stop();
    expect(output.split(`"volume":"${id}"`)).to.have.lengthOf.above(refusals.length);
    for (const text of [SECRET, TOKEN, FLAG, CONTEXT, KEY]) expect(output).not.to.include(text);
    expect(filesWith(id, stateDir)).not.to.deep.equal([]);
    for (const text of [SECRET, TOKEN, FLAG]) {
      expect(filesWith(text, stateDir)).to.deep.equal([]);
    }
  });
});
