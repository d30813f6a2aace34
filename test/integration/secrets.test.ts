import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { adminClient } from '../../src/admin/admin-client.js';
import { dispatch } from '../../src/cli/dispatch.js';
import { connect, type Client } from '../../src/csi/client.js';
import { RPCS } from '../../src/csi/rpc.js';
import { StatusError } from '../../src/csi/status.js';
import { ask } from '../admin/site.js';
import { FakeIo } from '../cli/fake-io.js';
import { launch, type Program } from '../crash/program.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';
import { eventually } from './eventually.js';
import { newVolume } from './new-volume.js';
import { mountCapability } from './test-volume.js';

/** Everything that the files below a directory hold. */
function contentBelow(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

/** Waits for a call to be refused; resolves with the words of the refusal. */
function wordsOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (error: unknown) => (error instanceof StatusError ? error.message : String(error)),
  );
}

/** Rules that know a secret: one that matches it, one that looks for it, one that waits for it, one that answers with it. */
function rulesWith(secret: string): string {
  const tokens = 'volume.volume_context.csi.storage.k8s.io/serviceAccount.tokens';
  return JSON.stringify([
    { id: 'equals', request: { 'secrets.password': secret }, delay: '1ms' },
    { id: 'looks', request: { 'secrets.password': { regex: `^(${secret})+$` } }, delay: '1ms' },
    { id: 'hangs', request: { 'secrets.password': 'x*', starting_token: '*' }, hang: true },
    { id: 'answers', rpc: 'CreateVolume', response: { [tokens]: secret } },
  ]);
}

describe('a driver that logs all it can', () => {
  let place: Scratch | undefined;
  let program: Program;
  let client: Client;
  let stateDir: string;
  let secret: string;

  beforeEach(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    stateDir = place.make('state');
    secret = `s3cret-${randomBytes(12).toString('hex')}`;
    const rules = place.path('rules.json');
    writeFileSync(rules, rulesWith(secret));
    program = launch([
      `--state-dir=${stateDir}`,
      '--nodeid=node-1',
      '--log-level=trace',
      '--grpc-call-lines',
      '--http-endpoint=127.0.0.1:0',
      '--status-page',
      `--faults-file=${rules}`,
      `--call-log-file=${callLogFile()}`,
    ]);
    await program.ready();
    client = connect(join(stateDir, 'csi.sock'));
  });
  afterEach(async () => {
    if (place === undefined) return;
    client.close();
    await program.kill();
    place.remove();
    place = undefined;
  });

  const callLogFile = (): string => join(stateDir, 'calls.ndjson');

  /** What a command says of the driver. */
  async function told(...argv: string[]): Promise<string> {
    const io = new FakeIo();
    expect(await dispatch(argv, { CSIMOCK_STATE_DIR: stateDir }, io), io.stderr.text).to.equal(0);
    return io.stdout.text;
  }

  /** All that can be asked of the driver, by what it was asked for. */
  async function allThatIsTold(volumeId: string): Promise<Map<string, string>> {
    const [, url = ''] = /"url":"(http[^"]*)"/.exec(program.said()) ?? [];
    const all = new Map<string, string>();
    for (const path of ['/metrics', '/healthz', '/', '/status.json']) {
      const response = await fetch(`${url}${path}`);
      expect(response.status, path).to.equal(200);
      all.set(path, await response.text());
    }
    for (const path of ['calls', 'volumes', `volumes/${volumeId}`, 'nodes', 'faults']) {
      const answer = await ask(join(stateDir, 'admin.sock'), 'GET', `/v1/${path}`);
      expect(answer.status, path).to.equal(200);
      all.set(`/v1/${path}`, JSON.stringify(answer.body));
    }
    for (const command of ['faults', 'calls', 'volumes', 'nodes']) {
      all.set(`csi-mock ${command}`, await told(command));
      all.set(`csi-mock ${command} --json`, await told(command, '--json'));
    }
    return all;
  }

  it('tells no secret, in its log, its state, its refusals or to who watches it', async () => {
    const followed: unknown[] = [];
    const following = (async () => {
      const calls = adminClient(join(stateDir, 'admin.sock')).follow('/calls/follow');
      for await (const call of calls) followed.push(call);
    })();
    await eventually(async () => {
      await client.identity.Probe({});
      expect(followed).not.to.deep.equal([]);
    });
    const secrets = { password: secret, [secret]: 'by name' };
    const tooLarge = { secrets: { ...secrets, filler: 'x'.repeat(2 ** 16) } };
    const { controller, node } = client;
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const create = { name: 'pvc-1', volume_capabilities: [volume_capability], secrets };
    const { volume_id } = await newVolume(client, create);
    const staging_target_path = place?.make('staging') ?? '';
    const target_path = join(place?.make('targets') ?? '', 'a');
    const ids = { volume_id, node_id: 'node-1', volume_capability, secrets };
    const { publish_context } = await controller.ControllerPublishVolume(ids);
    const paths = { staging_target_path, target_path, volume_path: target_path, publish_context };
    await node.NodeStageVolume({ ...ids, ...paths });
    await node.NodePublishVolume({ ...ids, ...paths });
    const larger = { capacity_range: { required_bytes: String(2n ** 31n) } };
    await controller.ControllerExpandVolume({ ...ids, ...larger });
    await node.NodeExpandVolume({ ...ids, ...paths, ...larger });
    const matching = { volume_capabilities: [volume_capability] };
    await controller.ValidateVolumeCapabilities({ ...ids, ...matching });
    const cut = { source_volume_id: volume_id, name: 'snap-1', secrets };
    const { snapshot } = await controller.CreateSnapshot(cut);
    await controller.ListSnapshots({ secrets });
    await controller.DeleteSnapshot({ snapshot_id: snapshot?.snapshot_id ?? '', secrets });

    const secretFlag = mountCapability('SINGLE_NODE_WRITER', { mount_flags: [secret] });
    const refusals = [
      controller.CreateVolume({ ...create, parameters: { unknown: 'x' } }),
      controller.CreateVolume({ ...create, ...tooLarge }),
      controller.CreateVolume({ ...create, name: 'pvc-2', volume_capabilities: [secretFlag] }),
      controller.CreateVolume({ ...create, capacity_range: { required_bytes: String(2n ** 40n) } }),
      controller.DeleteVolume({ volume_id, secrets }),
      controller.DeleteVolume({ volume_id, ...tooLarge }),
      controller.ControllerPublishVolume({ ...ids, readonly: true }),
      controller.ControllerPublishVolume({ ...ids, ...tooLarge }),
      controller.ControllerPublishVolume({ ...ids, volume_capability: secretFlag }),
      controller.ControllerUnpublishVolume({ ...ids, ...tooLarge }),
      controller.ValidateVolumeCapabilities({ ...ids, ...matching, ...tooLarge }),
      controller.ControllerExpandVolume({ ...ids, ...tooLarge }),
      node.NodeStageVolume({ ...ids, ...paths, volume_capability: secretFlag }),
      node.NodePublishVolume({ ...ids, ...paths, readonly: true }),
      node.NodePublishVolume({ ...ids, ...paths, ...tooLarge }),
      node.NodeExpandVolume({ ...ids, ...paths, ...tooLarge }),
    ];
    const words = await Promise.all(refusals.map(wordsOf));
    for (const [index, refusal] of words.entries()) {
      expect(refusal, `refusal ${index}`).not.to.equal('');
      expect(refusal, `refusal ${index}`).not.to.include(secret);
    }
    await controller.ControllerUnpublishVolume({ volume_id, secrets });

    const cancelled = new AbortController();
    const stuck = controller.ListSnapshots(
      { secrets: { password: `x${secret}` }, starting_token: 'stuck' },
      { signal: cancelled.signal },
    );
    await eventually(async () => expect(await told('faults')).to.match(/\nhangs +file +1 +1 /));
    const asked = await allThatIsTold(volume_id);
    cancelled.abort();
    expect(await wordsOf(stuck)).not.to.equal('');
    for (const [where, text] of asked) expect(text, where).not.to.include(secret);
    const fired = asked.get('/metrics') ?? '';
    for (const rule of ['equals', 'looks', 'hangs', 'answers']) {
      expect(fired).to.match(new RegExp(`faults_fired_total.rule="${rule}". [1-9]`));
    }
    expect(asked.get('/status.json')).to.include('"running":[{"rpc":"ListSnapshots"');

    const { output } = await program.stop();
    await following;
    const takenDown = readFileSync(callLogFile(), 'utf8');
    const withSecrets = [...RPCS.values()].filter(({ request }) =>
      request.fields.some((field) => field.name === 'secrets'),
    );
    for (const { name } of withSecrets) {
      expect(asked.get('/v1/calls')).to.include(`"rpc":"${name}"`);
      expect(JSON.stringify(followed)).to.include(`"rpc":"${name}"`);
      expect(takenDown).to.include(`"rpc":"${name}"`);
      expect(output).to.match(new RegExp(`gRPCCall: .*/${name}"`));
    }
    for (const text of [JSON.stringify(followed), takenDown]) expect(text).not.to.include(secret);
    for (const method of ['CreateVolume', 'NodePublishVolume', 'ListSnapshots']) {
      expect(output).to.include(`"method":"${method}"`);
    }
    expect(output).to.include(volume_id);
    expect(output).not.to.include(secret);
    const state = contentBelow(stateDir);
    expect(state).to.include(volume_id);
    expect(state).not.to.include(secret);
  });

  it('tells of a forced detach, and where the volume is', async () => {
    const { controller, node } = client;
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const { volume_id } = await newVolume(client);
    const ids = { volume_id, node_id: 'node-1', volume_capability };
    const { publish_context } = await controller.ControllerPublishVolume(ids);
    const staging_target_path = place?.make('staging') ?? '';
    await node.NodeStageVolume({ ...ids, publish_context, staging_target_path });
    await controller.ControllerUnpublishVolume(ids);
    const lines = (await program.stop()).output.split('\n');
    const warning = lines.find((line) => line.includes('"level":"warn"')) ?? '';
    expect(warning).to.include(volume_id).and.include(`node-1 at ${staging_target_path}`);
    expect(warning).to.include('"method":"ControllerUnpublishVolume"');
  });
});
