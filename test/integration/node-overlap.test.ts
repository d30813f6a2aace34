import { existsSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { CallOptions } from '../../src/csi/client.js';
import { StatusError } from '../../src/csi/status.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver, type DriverUnderTest } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { refused } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import type { TestVolume } from './test-volume.js';
import { heldThreadPool } from './thread-pool.js';

const SNSW = 'SINGLE_NODE_SINGLE_WRITER';
const SNMW = 'SINGLE_NODE_MULTI_WRITER';
const TWENTY = Array.from({ length: 20 }, (_, index) => `target-${index}`);

/** How calls ended: how many with each code. */
async function outcomes(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const codes = await Promise.all(
    calls.map((call) =>
      call.then(
        () => 'OK',
        (error: unknown) => (error instanceof StatusError ? error.code : String(error)),
      ),
    ),
  );
  const count: Record<string, number> = {};
  for (const code of codes) count[code] = (count[code] ?? 0) + 1;
  return count;
}

function mountsOf(volume: TestVolume): string[] {
  return mountsBelow(volume.target(''));
}

/** Resolves when the calls that were made or given up before have come to the driver. */
async function arrived({ client }: DriverUnderTest): Promise<void> {
  await client.identity.Probe({});
}

describe('overlapping node calls on one volume', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  it('20 publishes of a SINGLE_NODE_SINGLE_WRITER volume to 20 targets: exactly one wins', async () => {
    for (let round = 0; round < 10; round += 1) {
      const volume = await volumes.staged(SNSW);
      const calls = TWENTY.map((name) => volume.publish(name));
      expect(await outcomes(calls)).to.deep.equal({ OK: 1, FAILED_PRECONDITION: 19 });
      expect(mountsOf(volume)).to.have.lengthOf(1);
    }
  });

  it('20 identical publishes: all OK, one mount', async () => {
    const volume = await volumes.staged(SNSW);
    const calls = TWENTY.map(() => volume.publish('a'));
    expect(await outcomes(calls)).to.deep.equal({ OK: 20 });
    expect(mountsOf(volume)).to.have.lengthOf(1);
  });

  it('20 publishes at one target with different arguments: one wins, the others ALREADY_EXISTS', async () => {
    const volume = await volumes.staged(SNSW);
    const calls = TWENTY.map((value) => volume.publish('a', { volume_context: { value } }));
    expect(await outcomes(calls)).to.deep.equal({ OK: 1, ALREADY_EXISTS: 19 });
    expect(mountsOf(volume)).to.have.lengthOf(1);
  });

  it('20 publishes of a SINGLE_NODE_MULTI_WRITER volume to 20 targets: 20 mounts', async () => {
    const volume = await volumes.staged(SNMW);
    const calls = TWENTY.map((name) => volume.publish(name));
    expect(await outcomes(calls)).to.deep.equal({ OK: 20 });
    expect(mountsOf(volume)).to.have.lengthOf(20);
    expect(await outcomes(TWENTY.map((name) => volume.unpublish(name)))).to.deep.equal({ OK: 20 });
    expect(mountsOf(volume)).to.deep.equal([]);
  });

  it('20 stages at 20 paths: exactly one wins', async () => {
    const volume = await volumes.created(SNSW);
    await volume.attach();
    const paths = TWENTY.map((name) => driver.scratch.make(volume.id, name));
    const calls = paths.map((path) => volume.stage({ staging_target_path: path }));
    expect(await outcomes(calls)).to.deep.equal({ OK: 1, FAILED_PRECONDITION: 19 });
    expect(mountsBelow(driver.scratch.path(volume.id))).to.have.lengthOf(1);
    for (const path of paths) {
      const ids = { volume_id: volume.id, staging_target_path: path };
      await driver.client.node.NodeUnstageVolume(ids);
    }
  });

  it('the whole life at once: what is answered OK happened in the order of the calls', async () => {
    const volume = await volumes.created(SNSW);
    const calls = [
      volume.publish('a'),
      volume.attach(),
      volume.stage(),
      volume.publish('a'),
      volume.publish('b'),
      volume.unpublish('a'),
      volume.publish('b'),
      volume.unstage(),
      volume.unpublish('b'),
      volume.unstage(),
      volume.detach(),
      volume.remove(),
    ];
    const codes = await Promise.all(calls.map((call) => outcomes([call])));
    expect(codes.flatMap((code) => Object.keys(code))).to.deep.equal([
      'FAILED_PRECONDITION',
      'OK',
      'OK',
      'OK',
      'FAILED_PRECONDITION',
      'OK',
      'OK',
      'FAILED_PRECONDITION',
      'OK',
      'OK',
      'OK',
      'OK',
    ]);
  });

  it('on 20 volumes: each has its own', async () => {
    const many = await Promise.all(TWENTY.map(() => volumes.staged(SNSW)));
    const calls = many.flatMap((volume) => [volume.publish('a'), volume.publish('b')]);
    expect(await outcomes(calls)).to.deep.equal({ OK: 20, FAILED_PRECONDITION: 20 });
    for (const volume of many) expect(mountsOf(volume)).to.have.lengthOf(1);
  });

  describe('a caller that gives up', () => {
    let volume: TestVolume;
    let disk: ReturnType<typeof heldThreadPool> | undefined;
    beforeEach(async () => {
      volume = await volumes.staged(SNMW);
      disk = heldThreadPool(driver.scratch);
    });
    afterEach(() => goOn());

    /** Until then no record can be written, so that no publish comes to its end. */
    async function goOn(): Promise<void> {
      await disk?.release();
      disk = undefined;
    }

    it('while its call waits: the call never runs', async () => {
      const first = volume.publish('a');
      const caller = new AbortController();
      const given = refused(publish(volume, 'b', { signal: caller.signal }), 'CANCELLED');
      await arrived(driver);
      caller.abort();
      await given;
      await arrived(driver);
      await goOn();
      await first;
      await volume.publish('c');
      expect(existsSync(volume.target('b'))).to.equal(false);
      expect(mountsOf(volume)).to.have.lengthOf(2);
    });

    it('while its call waits, by its deadline: the call never runs', async () => {
      const first = volume.publish('a');
      await refused(publish(volume, 'b', { deadlineMs: 20 }), 'DEADLINE_EXCEEDED');
      await arrived(driver);
      await goOn();
      await first;
      await volume.publish('c');
      expect(existsSync(volume.target('b'))).to.equal(false);
      expect(mountsOf(volume)).to.have.lengthOf(2);
    });

    it('after its call has begun: the call goes on, and its retry joins it', async () => {
      const caller = new AbortController();
      const given = refused(publish(volume, 'a', { signal: caller.signal }), 'CANCELLED');
      await arrived(driver);
      caller.abort();
      await given;
      const retry = volume.publish('a');
      const other = refused(volume.publish('a', { readonly: true }), 'ALREADY_EXISTS');
      await arrived(driver);
      await goOn();
      await retry;
      await other;
      expect(mountsOf(volume)).to.have.lengthOf(1);
    });

    it('after its call has begun, by its deadline: the volume is published all the same', async () => {
      await beginsAndTimesOut((options) => publish(volume, 'a', options));
      expect(mountsOf(volume)).to.deep.equal([]);
      await goOn();
      await eventually(() => expect(mountsOf(volume)).to.have.lengthOf(1));
      await volume.publish('a');
      expect(mountsOf(volume)).to.have.lengthOf(1);
    });

    it('of an unpublish that has begun: it goes on', async () => {
      await goOn();
      await volume.publish('a');
      disk = heldThreadPool(driver.scratch);
      const ids = { volume_id: volume.id, target_path: volume.target('a') };
      await beginsAndTimesOut((options) => driver.client.node.NodeUnpublishVolume(ids, options));
      await goOn();
      await eventually(() => expect(existsSync(volume.target('a'))).to.equal(false));
      await volume.publish('a', { readonly: true });
    });
  });

  it('callers that give up at any moment: each retry is OK, and there is one mount', async () => {
    const many = await Promise.all(TWENTY.map(() => volumes.staged(SNSW)));
    await Promise.all(
      many.map(async (volume, turns) => {
        const caller = new AbortController();
        const ended = outcomes([publish(volume, 'a', { signal: caller.signal })]);
        for (let count = 0; count < turns; count += 1) await turn();
        caller.abort();
        await ended;
        await volume.publish('a');
        expect(mountsOf(volume)).to.have.lengthOf(1);
      }),
    );
  });

  /** Makes a call that begins and does not end before its deadline. */
  async function beginsAndTimesOut(
    call: (options: CallOptions) => Promise<unknown>,
  ): Promise<void> {
    // On a machine that stands still for a moment, the time may be over before the call has come.
    let hasBegun = false;
    for (let deadlineMs = 100; !hasBegun; deadlineMs *= 4) {
      const over = refused(call({ deadlineMs }), 'DEADLINE_EXCEEDED').then(() => false);
      hasBegun = await Promise.race([over, arrived(driver).then(() => true)]);
      await over;
    }
  }

  /** Publishes as a caller with little patience does. */
  function publish(volume: TestVolume, name: string, options: CallOptions): Promise<unknown> {
    return driver.client.node.NodePublishVolume(
      {
        volume_id: volume.id,
        target_path: volume.target(name),
        staging_target_path: volume.stagingPath,
        volume_capability: volume.capability,
        publish_context: volume.publishContext,
      },
      options,
    );
  }
});

describe('overlapping node calls with onOverlap: abort', () => {
  const driver = withDriver({ onOverlap: 'abort' });
  const volumes = takenDownVolumes(driver);

  it('a call that finds another under way is ABORTED, and OK when it is tried again', async () => {
    const volume = await volumes.staged(SNMW);
    const disk = heldThreadPool(driver.scratch);
    const first = volume.publish('a');
    await arrived(driver);
    const others = TWENTY.map((name) => volume.publish(name));
    expect(await outcomes([...others, volume.unpublish('a')])).to.deep.equal({ ABORTED: 21 });
    await disk.release();
    await first;
    expect(mountsOf(volume)).to.have.lengthOf(1);
    for (const name of TWENTY) await volume.publish(name);
    expect(mountsOf(volume)).to.have.lengthOf(21);
  });

  it('calls on other volumes are not in the way', async () => {
    const many = await Promise.all(TWENTY.map(() => volumes.staged(SNSW)));
    expect(await outcomes(many.map((volume) => volume.publish('a')))).to.deep.equal({ OK: 20 });
  });
});
