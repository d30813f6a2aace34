import { expect } from 'chai';
import type { StatusError } from '../../src/csi/status.js';
import { controllerState } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused, refusedUnchanged } from './refusal.js';
import { createdVolume, stagedVolume } from './test-volume.js';

describe('fault rules over the socket', () => {
  const driver = withDriver({ capacity: { fast: '10Gi', slow: '10Gi' } });
  const add = (text: string) => driver.driver.faults.add(text);
  const counts = () => driver.driver.faults.list().map(({ matched, fired }) => [matched, fired]);
  const create = (name: string) => driver.client.controller.CreateVolume(createRequest({ name }));
  /** What six calls come to under rules: a dot for OK. */
  const probes = async (rules: string): Promise<string> => {
    driver.driver.faults.replace(rules);
    const codes = [];
    for (let call = 0; call < 6; call++) {
      codes.push(
        await driver.client.identity.Probe({}).then(
          () => '.',
          () => 'x',
        ),
      );
    }
    return codes.join('');
  };
  afterEach(() => driver.driver.faults.clear());

  it('fail twice with DEADLINE_EXCEEDED, then ABORTED, then succeed', async () => {
    add(`
- rpc: CreateVolume
  volume: sequence
  fail: [DEADLINE_EXCEEDED, DEADLINE_EXCEEDED, ABORTED]
`);
    const codes = [];
    for (let call = 0; call < 5; call++) {
      codes.push(
        await create('sequence').then(
          () => 'OK',
          ({ code }: StatusError) => code,
        ),
      );
    }
    expect(codes).to.deep.equal(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'ABORTED', 'OK', 'OK']);
    expect(counts()).to.deep.equal([[5, 3]]);
  });

  it('let calls pass in the midst of a sequence', async () => {
    add('{rpc: Probe, fail: [OK, ABORTED]}');
    await driver.client.identity.Probe({});
    await refused(driver.client.identity.Probe({}), 'ABORTED');
    await driver.client.identity.Probe({});
    expect(counts()).to.deep.equal([[3, 1]]);
  });

  it('fail with a message of their own, before anything is done', async () => {
    const before = await controllerState(driver);
    add('{rpc: CreateVolume, fail: {code: RESOURCE_EXHAUSTED, message: the array is full}}');
    await refused(create('never'), 'RESOURCE_EXHAUSTED', /^the array is full$/);
    expect(await controllerState(driver)).to.deep.equal(before);
  });

  it('name themselves where they have no message', async () => {
    add('{id: grumpy, rpc: Probe, fail: UNAVAILABLE}');
    await refused(driver.client.identity.Probe({}), 'UNAVAILABLE', /fault rule grumpy/);
  });

  it('are meant for a volume by its name, in calls that have its id alone', async () => {
    const [one, other] = [
      await newVolume(driver.client),
      await newVolume(driver.client, { name: 'by-name' }),
    ];
    add('{rpc: DeleteVolume, volume: by-*, fail: ABORTED}');
    await driver.client.controller.DeleteVolume({ volume_id: one.volume_id });
    await refused(driver.client.controller.DeleteVolume({ volume_id: other.volume_id }), 'ABORTED');
    expect(counts()).to.deep.equal([[1, 1]]);
  });

  it('are meant for an access mode', async () => {
    add(`
rpc: [NodeStageVolume, NodePublishVolume]
node: node-1
request:
  volume_capability.access_mode.mode: SINGLE_NODE_SINGLE_WRITER
fail: FAILED_PRECONDITION
`);
    await stagedVolume(driver, 'SINGLE_NODE_WRITER');
    const volume = await createdVolume(driver, 'SINGLE_NODE_SINGLE_WRITER');
    await volume.attach();
    await refusedUnchanged(driver, () => volume.stage(), 'FAILED_PRECONDITION', /fault rule/);
  });

  it('act on the n-th call, on every k-th, on the first', async () => {
    expect(await probes('{rpc: Probe, nth: 2, fail: ABORTED}')).to.equal('.x....');
    expect(await probes('{rpc: Probe, every: 3, fail: ABORTED}')).to.equal('..x..x');
    expect(await probes('{rpc: Probe, first: 2, fail: ABORTED}')).to.equal('xx....');
    const byChance = await probes('{rpc: Probe, probability: 0.5, seed: 3, fail: ABORTED}');
    expect(byChance).to.match(/\./).and.match(/x/);
    expect(await probes('{rpc: Probe, probability: 0.5, seed: 3, fail: ABORTED}')).to.equal(
      byChance,
    );
  });

  it('are looked at from top to bottom, up to the first that ends the call', async () => {
    add(
      '[{rpc: Probe, nth: 2, fail: ABORTED}, {rpc: Probe, delay: 1ms}, {rpc: Probe, fail: UNKNOWN}, {hang: true}]',
    );
    await refused(driver.client.identity.Probe({}), 'UNKNOWN');
    await refused(driver.client.identity.Probe({}), 'ABORTED');
    expect(counts()).to.deep.equal([
      [2, 1],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  it('delay: the caller that cannot wait gets DEADLINE_EXCEEDED, and nothing is done', async () => {
    const before = await controllerState(driver);
    add('{rpc: CreateVolume, delay: 1h}');
    const call = driver.client.controller.CreateVolume(createRequest(), { deadlineMs: 50 });
    await refused(call, 'DEADLINE_EXCEEDED');
    expect(await controllerState(driver)).to.deep.equal(before);
  });

  it('delay: the caller that waits is served', async () => {
    add('{rpc: CreateVolume, delay: 20ms}');
    expect((await newVolume(driver.client)).volume_id).to.match(/^vol-/);
    expect(counts()).to.deep.equal([[1, 1]]);
  });

  it('hang until the caller gives up, and others are served meanwhile', async () => {
    add('{rpc: CreateVolume, volume: stuck, hang: true}');
    const { signal, cancel } = cancellable();
    const stuck = driver.client.controller.CreateVolume(createRequest({ name: 'stuck' }), {
      signal,
    });
    await eventually(() => expect(counts()).to.deep.equal([[1, 1]]));
    await create('not-stuck');
    cancel();
    await refused(stuck, 'CANCELLED');
    await eventually(() =>
      expect(driver.driver.calls.list({ volume: 'stuck' }).map(({ code }) => code)).to.deep.equal([
        'CANCELLED',
      ]),
    );
  });

  it('drop the connection, and the server goes on', async () => {
    add('{rpc: Probe, nth: 1, drop: true}');
    await refused(driver.client.identity.Probe({}), 'UNAVAILABLE');
    await driver.client.identity.Probe({});
  });

  for (const [title, end, code] of [
    ['a failure', 'fail: INTERNAL', 'INTERNAL'],
    ['a connection that ends', 'drop: true', 'UNAVAILABLE'],
    ['an answer that never comes', 'hang: true', 'CANCELLED'],
  ] as const) {
    it(`lose the answer: what was asked for is done all the same, and a repeat is OK (${title})`, async () => {
      add(`{rpc: CreateVolume, volume: lost*, when: after, nth: 1, ${end}}`);
      const request = createRequest({ name: `lost by ${title}` });
      const { signal, cancel } = cancellable();
      const lost = refused(driver.client.controller.CreateVolume(request, { signal }), code);
      await eventually(() => expect(counts()).to.deep.equal([[1, 1]]));
      if (code === 'CANCELLED') cancel();
      await lost;
      const { entries } = await driver.client.controller.ListVolumes({});
      const { volume } = await driver.client.controller.CreateVolume(request);
      expect(entries.map((entry) => entry.volume?.volume_id)).to.include(volume?.volume_id);
      expect(counts()).to.deep.equal([[2, 1]]);
    });
  }

  it('lose the answer of a publish, and the repeat finds the mount', async () => {
    const volume = await stagedVolume(driver, 'SINGLE_NODE_SINGLE_WRITER');
    add('{rpc: NodePublishVolume, when: after, fail: [DEADLINE_EXCEEDED]}');
    await refused(volume.publish('target'), 'DEADLINE_EXCEEDED');
    await volume.publish('target');
    await refused(volume.publish('other'), 'FAILED_PRECONDITION', /target/);
    await volume.unpublish('target');
  });

  it('lose the answer of a deletion, by the name of the volume that is gone', async () => {
    const { volume_id } = await newVolume(driver.client, { name: 'pvc-1' });
    add('{rpc: DeleteVolume, volume: "pvc-*", when: after, fail: [ABORTED]}');
    await refused(driver.client.controller.DeleteVolume({ volume_id }), 'ABORTED');
    await driver.client.controller.DeleteVolume({ volume_id });
    expect(counts()).to.deep.equal([[1, 1]]);
  });

  it('lose no answer that is a refusal, and do not count it', async () => {
    add('{rpc: DeleteVolume, when: after, fail: ABORTED}');
    await refused(driver.client.controller.DeleteVolume({}), 'INVALID_ARGUMENT');
    expect(counts()).to.deep.equal([[0, 0]]);
  });

  it('replace fields of the response, and leave the others', async () => {
    add(
      '{rpc: CreateVolume, response: {volume.capacity_bytes: 7, volume.volume_context.tier: gold}}',
    );
    const volume = await newVolume(driver.client, { name: 'replaced' });
    expect(volume).to.deep.include({ capacity_bytes: '7', volume_context: { tier: 'gold' } });
    const { entries } = await driver.client.controller.ListVolumes({});
    const kept = entries.find((entry) => entry.volume?.volume_id === volume.volume_id);
    expect(kept?.volume?.capacity_bytes).to.equal(String(2 ** 30));
  });

  it('replace what is not there', async () => {
    add('{rpc: Probe, response: {ready.value: false}}');
    expect((await driver.client.identity.Probe({})).ready).to.deep.equal({ value: false });
    driver.driver.faults.replace('{rpc: Probe, response: {ready: null}}');
    expect((await driver.client.identity.Probe({})).ready).to.equal(null);
  });

  it('make a volume abnormal, from a call on, until they are removed', async () => {
    const volume = await stagedVolume(driver, 'SINGLE_NODE_WRITER');
    const condition = async () => {
      const { status } = await driver.client.controller.ControllerGetVolume({
        volume_id: volume.id,
      });
      return status?.volume_condition;
    };
    add(`{rpc: NodePublishVolume, volume: ${volume.id}, when: after, abnormal: worn out}`);
    expect(await condition()).to.include({ abnormal: false });
    await volume.publish('target');
    expect(await condition()).to.deep.equal({ abnormal: true, message: 'worn out' });
    driver.driver.faults.clear();
    expect(await condition()).to.include({ abnormal: false });
    await volume.unpublish('target');
  });

  it('fill the capacity', async () => {
    const before = await controllerState(driver);
    const capacity = async () =>
      (await driver.client.controller.GetCapacity({})).available_capacity;
    const left = await capacity();
    add('full: true');
    expect(await capacity()).to.equal('0');
    await refused(create('too late'), 'RESOURCE_EXHAUSTED', /left: 0/);
    expect(await controllerState(driver)).to.deep.equal(before);
    driver.driver.faults.replace('full: [fast]');
    expect(
      (await driver.client.controller.GetCapacity({ parameters: { kind: 'fast' } }))
        .available_capacity,
    ).to.equal('0');
    driver.driver.faults.clear();
    expect(await capacity()).to.equal(left);
  });
});

function cancellable(): { readonly signal: AbortSignal; cancel(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, cancel: () => controller.abort() };
}
