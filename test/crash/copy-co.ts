import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client } from '../../src/csi/client.js';
import type { VolumeContentSource } from '../../src/csi/generated/csi/v1/VolumeContentSource.js';
import { errorCode } from '../../src/host/errno.js';
import { treeOf } from '../host/copy/tree.js';
import { mountCapability } from '../integration/test-volume.js';
import { eventually } from './checks.js';
import type { Random } from './random.js';
import type { Site } from './site.js';

const CALLERS = 4;
const COPIES_EACH = 3;

/** A CO that has snapshots and clones made of volumes that do not change, by several callers. */
export interface CopyCo {
  /** Makes and deletes until calls fail with one of these codes; rejects when one fails otherwise. */
  burst(client: Client, inCrash: readonly string[]): Promise<void>;
  /** Makes every call again that nobody answered. */
  retry(client: Client): Promise<void>;
  /** What was acknowledged is there, and all that is there is whole. */
  checkPromises(client: Client): Promise<void>;
  /** Nothing is pending: what was acknowledged is there, and nothing else. */
  checkExactly(client: Client): Promise<void>;
  takeDown(client: Client): Promise<void>;
}

/** A snapshot or a clone: what was acknowledged of it, and what was asked for besides. */
interface Copy {
  readonly name: string;
  readonly kind: 'snapshot' | 'clone';
  /** The id of the volume that it is a copy of. */
  readonly of: string;
  id: string | undefined;
  pending: boolean;
}

const SIZE = { required_bytes: String(2 ** 21) };
const BLOCK = { access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} } as const;
const FORMATS = [mountCapability('SINGLE_NODE_WRITER'), BLOCK];

/** Makes the volumes that are copied, in a driver that serves at `site`. */
export async function createCopyCo(site: Site, client: Client, random: Random): Promise<CopyCo> {
  const { controller } = client;
  const pool = (...names: string[]) => join(site.stateDir, 'pool', ...names);
  const sources: string[] = [];
  for (const [index, capability] of FORMATS.entries()) {
    const { volume } = await controller.CreateVolume({
      name: `source-${index}`,
      volume_capabilities: [capability],
      capacity_range: SIZE,
    });
    const id = volume?.volume_id ?? '';
    sources.push(id);
    fill(pool('volumes', id));
  }
  execFileSync('sync', ['-f', pool()]);
  const capabilityOf = (id: string) => FORMATS[sources.indexOf(id)] ?? BLOCK;
  const expected = new Map(sources.map((id) => [id, contentOf(pool('volumes', id))]));

  const copies = Array.from({ length: CALLERS * COPIES_EACH }, (_, index): Copy => {
    const kind = index % 2 === 0 ? 'snapshot' : 'clone';
    const of = sources[random.below(sources.length)] ?? '';
    return { name: `${kind}-${index}`, kind, of, id: undefined, pending: false };
  });

  /** Makes a copy, or deletes it when it is there; pending until that is acknowledged. */
  async function send(now: Client, copy: Copy): Promise<void> {
    copy.pending = true;
    const { name, kind, of, id } = copy;
    if (kind === 'snapshot') {
      if (id === undefined) {
        const request = { name, source_volume_id: of };
        copy.id = (await now.controller.CreateSnapshot(request)).snapshot?.snapshot_id;
      } else {
        await now.controller.DeleteSnapshot({ snapshot_id: id });
        copy.id = undefined;
      }
    } else if (id === undefined) {
      const volume_content_source: VolumeContentSource = { volume: { volume_id: of } };
      const volume_capabilities = [capabilityOf(of)];
      const request = { name, volume_capabilities, volume_content_source, capacity_range: SIZE };
      copy.id = (await now.controller.CreateVolume(request)).volume?.volume_id;
    } else {
      await now.controller.DeleteVolume({ volume_id: id });
      copy.id = undefined;
    }
    copy.pending = false;
  }

  async function callUntilLost(
    now: Client,
    own: readonly Copy[],
    inCrash: readonly string[],
  ): Promise<void> {
    for (;;) {
      const copy = own[random.below(own.length)];
      if (copy === undefined) return;
      try {
        await send(now, copy);
      } catch (error) {
        if (!inCrash.includes(errorCode(error) ?? '')) throw error;
        return;
      }
    }
  }

  /** What is listed, with the volume that each is a copy of. */
  async function listed(now: Client): Promise<Map<string, string>> {
    const snapshots = (await now.controller.ListSnapshots({})).entries.map(
      ({ snapshot }): [string, string] => [
        snapshot?.snapshot_id ?? '',
        snapshot?.source_volume_id ?? '',
      ],
    );
    const clones = (await now.controller.ListVolumes({})).entries
      .filter(({ volume }) => !sources.includes(volume?.volume_id ?? ''))
      .map(({ volume }): [string, string] => [
        volume?.volume_id ?? '',
        volume?.content_source?.volume?.volume_id ?? '',
      ]);
    return new Map([...snapshots, ...clones]);
  }

  const co: CopyCo = {
    async burst(now, inCrash) {
      const shares = Array.from({ length: CALLERS }, (_, caller) =>
        copies.filter((__, index) => index % CALLERS === caller),
      );
      await Promise.all(shares.map((own) => callUntilLost(now, own, inCrash)));
    },

    async retry(now) {
      for (const copy of copies) if (copy.pending) await send(now, copy);
    },

    async checkPromises(now) {
      const found = await listed(now);
      for (const { id, pending, name } of copies) {
        if (id !== undefined && !pending) expect([...found.keys()], name).to.include(id);
      }
      const known = new Set(copies.flatMap(({ id }) => id ?? []));
      const creating = copies.filter(({ id, pending }) => pending && id === undefined);
      const unknown = [...found.keys()].filter((id) => !known.has(id));
      expect(unknown.length, 'that nobody asked for').to.be.at.most(creating.length);
      for (const [id, of] of found) {
        const shelf = id.startsWith('snap-') ? 'snapshots' : 'volumes';
        expect(contentOf(pool(shelf, id)), id).to.deep.equal(expected.get(of));
      }
    },

    async checkExactly(now) {
      await co.checkPromises(now);
      const ids = copies.flatMap(({ id }) => id ?? []).toSorted();
      expect([...(await listed(now)).keys()].toSorted()).to.deep.equal(ids);
      const shown = [...readdirSync(pool('snapshots')), ...readdirSync(pool('volumes'))];
      expect(shown.toSorted()).to.deep.equal([...ids, ...sources].toSorted());
      for (const name of ['incoming', 'incoming-snapshots', 'trash', 'trash-snapshots']) {
        await eventually(() => readdirSync(pool(name)).length === 0, `nothing is left in ${name}/`);
      }
    },

    async takeDown(now) {
      for (const copy of copies) if (copy.id !== undefined) await send(now, copy);
      for (const volume_id of sources) await now.controller.DeleteVolume({ volume_id });
      sources.length = 0;
    },
  };
  return co;
}

/** Gives a volume enough content that it is not copied at once. */
function fill(root: string): void {
  if (readdirSync(root).includes('image')) {
    const image = Buffer.alloc(2 ** 20);
    for (let at = 0; at < image.length; at += 100) image.writeUInt32LE(at, at);
    writeFileSync(join(root, 'image'), image, { flag: 'r+' });
    return;
  }
  for (let number = 0; number < 100; number += 1) {
    const directory = join(root, 'data', `dir${number % 10}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `file${number}`), `content of ${number}`.repeat(50));
  }
}

function contentOf(root: string): unknown {
  return readdirSync(root).includes('image')
    ? createHash('sha256')
        .update(readFileSync(join(root, 'image')))
        .digest('hex')
    : treeOf(join(root, 'data'));
}
