import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '../../src/csi/client.js';
import { openPool } from '../../src/host/pool.js';
import { attachedBelow } from '../host/scratch.js';
import { refused } from '../integration/refusal.js';
import { PATIENCE_MS } from '../patience.js';
import type { Co } from './co.js';
import { NODE, type CoVolume } from './co-volume.js';
import { readMark } from './mark.js';
import type { Site } from './site.js';

/** All that is in the state directory of a driver that serves. */
export const STATE: readonly string[] = ['admin.sock', 'csi.sock', 'inline', 'pool', 'store'];

/** The ids of all volumes with what ListVolumes says of them. */
export async function listVolumes(
  client: Client,
): Promise<ReadonlyMap<string, { readonly bytes: bigint; readonly nodes: readonly string[] }>> {
  const { entries } = await client.controller.ListVolumes({});
  return new Map(
    entries.map(({ volume, status }) => [
      volume?.volume_id ?? '',
      { bytes: BigInt(volume?.capacity_bytes ?? 0), nodes: status?.published_node_ids ?? [] },
    ]),
  );
}

/**
 * After a crash: what was acknowledged holds, and beside it there is nothing but what the calls that
 * nobody answered may have done. `mounts`: whether they outlived the crash.
 */
export async function checkPromises(
  { volumes }: Co,
  site: Site,
  client: Client,
  mounts: 'kept' | 'lost' = 'kept',
): Promise<void> {
  const listed = await listVolumes(client);
  const mounted = site.mounts();
  expect(new Set(mounted).size, 'paths with one mount on top of another').to.equal(mounted.length);
  const unexplained = new Set(mounted);

  for (const volume of volumes) {
    const asked = [...volume.pending];
    const isAsked = (...kinds: string[]) => asked.some(({ kind }) => kinds.includes(kind));
    const told = `${volume.name}, ${volume.format}, ${volume.mode}, pending: ${JSON.stringify(asked, replaceBigint)}`;

    if (volume.id !== undefined) {
      const found = listed.get(volume.id);
      if (!isAsked('delete')) expect(found, `not listed: ${told}`).not.to.equal(undefined);
      if (found !== undefined) {
        const larger = asked.flatMap((change) => (change.kind === 'expand' ? [change.bytes] : []));
        expect([volume.bytes, ...larger], `size: ${told}`).to.include(found.bytes);
        const nodes = volume.attached ? [NODE] : [];
        if (!isAsked('attach', 'detach')) expect(found.nodes, told).to.deep.equal(nodes);
      }
    }

    const paths = [
      { path: volume.stagingMount, known: volume.staged, open: isAsked('stage', 'unstage') },
      ...volume.targets.map((path) => ({
        path,
        known: volume.published.has(path),
        open: asked.some((change) => 'target' in change && change.target === path),
      })),
    ];
    for (const { path, known, open } of paths) {
      unexplained.delete(path);
      const isMounted = mounted.includes(path);
      if (mounts === 'lost') expect(isMounted, `${path}: ${told}`).to.equal(false);
      else if (!open) expect(isMounted, `${path}: ${told}`).to.equal(known);
      if (isMounted) expectData(volume, path, told);
    }
  }
  expect([...unexplained], 'mounts that nobody asked for').to.deep.equal([]);
  for (const id of listed.keys()) {
    const names = readdirSync(join(site.stateDir, 'pool', 'volumes', id));
    expect(names, `the data of ${id} is there`).to.include.oneOf(['data', 'image']);
  }
  const known = new Set(volumes.map(({ id }) => id));
  const creating = volumes.filter(({ pending }) => [...pending].some((c) => c.kind === 'create'));
  expect(
    [...listed.keys()].filter((id) => !known.has(id)).length,
    'volumes that nobody asked for',
  ).to.be.at.most(creating.length);
}

/**
 * Volumes that allow one target refuse another exactly when a mount is there; else, published there,
 * they are there alone.
 */
export async function checkSingleTargets(co: Co, site: Site, client: Client): Promise<void> {
  const mounted = new Set(site.mounts());
  for (const volume of co.volumes) {
    if (!volume.isSingle || !mounted.has(volume.stagingMount)) continue;
    if ([...volume.pending].some(({ kind }) => kind === 'stage')) continue;
    const there = volume.targets.filter((target) => mounted.has(target));
    expect(there, `targets of ${volume.name}, ${volume.mode}`).to.have.lengthOf.at.most(1);
    const another = join(volume.targetsDirectory, 'another');
    if (there.length === 1) {
      await refused(volume.publishAt(client, another), 'FAILED_PRECONDITION', /already published/);
      expect(existsSync(another)).to.equal(false);
    } else {
      await volume.publishAt(client, another);
      await client.node.NodeUnpublishVolume({ volume_id: volume.id ?? '', target_path: another });
    }
  }
}

/** Nothing is pending: the driver, the kernel and the pool have what the CO knows, and nothing else. */
export async function checkExactly(co: Co, site: Site, client: Client): Promise<void> {
  await checkPromises(co, site, client);
  const before = site.mounts();
  await Promise.all(
    co.volumes.map(async (volume) => {
      expect(volume.pending.size).to.equal(0);
      expect(await volume.repeatAll(client), volume.name).to.equal(volume.id);
      const targets = readdirSync(volume.targetsDirectory);
      expect(targets).to.have.members([...volume.published].map((path) => basename(path)));
    }),
  );
  expect(site.mounts(), 'mounts after all was asked for again').to.deep.equal(before);

  const images = co.volumes.filter(({ format, staged }) => format !== 'directory' && staged);
  // Whoever looks into a new device, as udev does, holds it for a moment.
  await eventually(
    () => attachedBelow(site.stateDir).length === images.length,
    `there are ${images.length} loop devices`,
  );

  const ids = co.volumes.flatMap(({ id }) => id ?? []);
  expect([...(await listVolumes(client)).keys()]).to.have.members(ids);
  const inPool = (name: string) => readdirSync(join(site.stateDir, 'pool', name));
  expect(inPool('volumes')).to.have.members(ids);
  const pool = openPool(join(site.stateDir, 'pool'), 'never');
  const { items: volumes, unreadable } = pool.volumes.survey();
  expect(unreadable, 'volumes whose descriptor cannot be read').to.deep.equal([]);
  for (const { id, name, capacityBytes } of volumes) {
    const volume = co.volumes.find((each) => each.id === id);
    expect([name, capacityBytes], id).to.deep.equal([volume?.name, volume?.bytes]);
  }
  await eventually(() => inPool('incoming').length === 0, 'nothing half-made is in incoming/');
  await eventually(() => inPool('trash').length === 0, 'the trash is empty');
  expect(readdirSync(site.stateDir)).to.have.members([...STATE]);
}

function expectData({ format, marked, id }: CoVolume, path: string, told: string): void {
  if (marked === 'perhaps') return;
  const expected = marked === 'yes' ? id : undefined;
  expect(readMark(format, path), `${path}: ${told}`).to.equal(expected);
}

/** For what goes on behind the scenes: waits until it is done. */
export async function eventually(isSo: () => boolean, what: string): Promise<void> {
  const tooLate = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > tooLate) expect.fail(`not after ${PATIENCE_MS} ms: ${what}`);
    await delay(10);
  }
}

function replaceBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
