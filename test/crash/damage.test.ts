import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect } from 'chai';
import type { Client } from '../../src/csi/client.js';
import { isRoot, listing } from '../host/scratch.js';
import { refused } from '../integration/refusal.js';
import { listVolumes, STATE } from './checks.js';
import { coVolume, NODE, type Change, type CoVolume } from './co-volume.js';
import { killWhen } from './program.js';
import { site, type Site } from './site.js';

const UP: readonly Change[] = [
  { kind: 'create' },
  { kind: 'expand', bytes: 2n ** 21n },
  { kind: 'attach' },
  { kind: 'stage' },
];

describe('what an operator meets', function () {
  this.timeout(120_000);
  let place: Site;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    // As users name them.
    place = site("l'état d'été 数");
  });
  afterEach(() => place.remove());

  const inState = (...names: string[]): string => join(place.stateDir, ...names);
  const store = (): string => inState('store');
  const marker = (): string => readFileSync(inState('pool', 'pool.json'), 'utf8');

  /** The path of the one file in the store whose name matches. */
  function storeFile(name: RegExp): string {
    const [found, ...others] = readdirSync(store()).filter((each) => name.test(each));
    if (found === undefined || others.length > 0) throw new Error(`no or several ${String(name)}`);
    return join(store(), found);
  }

  /** Makes volumes, the first with data in it, while a driver runs; leaves nothing mounted. */
  async function volumesMade(count: number): Promise<[CoVolume, ...CoVolume[]]> {
    const driver = await place.serve();
    const made = (name: string) => coVolume(place.pods, name, 'SINGLE_NODE_WRITER');
    const first = made('first');
    for (const change of UP) await first.send(driver.client, change);
    await first.send(driver.client, { kind: 'unstage' });
    const others = Array.from({ length: count - 1 }, (_, index) => made(`other-${index}`));
    for (const volume of others) await volume.send(driver.client, { kind: 'create' });
    expect(await driver.stop()).to.have.property('code', 0);
    return [first, ...others];
  }

  /** Expects a start to end with 1 and one sentence, and the pool to be as before. */
  async function refusedStart(words: RegExp, ...argv: string[]): Promise<void> {
    const pool = inState('pool');
    const before = existsSync(pool) ? listing(pool) : undefined;
    const { code, output } = await place.launch(...argv).ended;
    expect(output)
      .to.match(/^csi-mock: [^\n]+\n$/)
      .and.match(words);
    expect(code).to.equal(1);
    expect(existsSync(pool) ? listing(pool) : undefined).to.deep.equal(before);
  }

  async function rebuilt(): Promise<string> {
    const { code, output } = await place.run('pool', 'rebuild');
    expect(output).not.to.match(/csi-mock:/);
    expect(code).to.equal(0);
    return output;
  }

  /** Expects a volume to be there again once the driver starts, although it was attached before. */
  async function expectRestoredAfterRestart(volume: CoVolume): Promise<void> {
    const driver = await place.serve();
    await volume.send(driver.client, { kind: 'detach' });
    await expectRestored(driver.client, volume);
  }

  describe('a store that was damaged or lost', () => {
    const DAMAGE: readonly (readonly [what: string, damage: () => unknown, words: RegExp])[] = [
      [
        'a MANIFEST that is garbage',
        () => writeFileSync(storeFile(/^MANIFEST/), 'garbage'),
        /store cannot be read: .*move the directory of the store away and run `csi-mock pool rebuild`/,
      ],
      [
        'no CURRENT',
        () => rmSync(storeFile(/^CURRENT$/)),
        /no file CURRENT.*move the directory of the store away and run `csi-mock pool rebuild`/,
      ],
    ];
    for (const [what, damage, words] of DAMAGE) {
      it(`${what}: the start says so, and a rebuild brings every volume back`, async () => {
        const volumes = await volumesMade(2);
        await damage();
        await refusedStart(words);
        await refusedStart(words);
        renameSync(store(), place.path('moved away'));
        expect(await rebuilt()).to.match(/^2 volumes are known again/m);
        const driver = await place.serve();
        for (const volume of volumes) await expectRestored(driver.client, volume);
      });
    }

    // A log without its end is a log, so the store cannot tell. The pool can.
    it('a log that lost its end: the volume that it forgot is told and kept, and a rebuild knows it', async () => {
      const [first, second] = await volumesMade(2);
      const log = storeFile(/\.log$/);
      writeFileSync(log, readFileSync(log).subarray(0, -100));
      const driver = await place.serve();
      const known = [...(await listVolumes(driver.client)).keys()];
      expect(known).to.deep.equal([first.id]);
      expect(driver.said()).to.match(
        new RegExp(`"level":"warn".*"volume":"${second?.id}".*left alone`),
      );
      await driver.stop();
      renameSync(store(), place.path('moved away'));
      expect(await rebuilt()).to.match(/^2 volumes are known again/m);
    });

    it('a record that is garbage: the start names it, and a later start may still read the others', async () => {
      const [{ id = '' }] = await volumesMade(2);
      const level = new ClassicLevel(store());
      const key = `volume/${id}`;
      const kept = await level.get(key);
      await level.put(key, '{"format":1,"rec');
      await level.close();
      await refusedStart(new RegExp(`record "${key}" cannot be read: it is not JSON`));
      await level.open();
      await level.put(key, kept ?? '');
      await level.close();
      const driver = await place.serve();
      expect([...(await listVolumes(driver.client)).keys()]).to.have.lengthOf(2);
    });

    it('gone: the start makes no new one, and says what brings the volumes back', async () => {
      const volumes = await volumesMade(3);
      const [first, second, damaged] = volumes;
      rmSync(store(), { recursive: true });
      await refusedStart(/pool .* belongs to a store .*csi-mock pool rebuild/);
      expect(readdirSync(place.stateDir)).to.deep.equal(['inline', 'pool']);

      const descriptor = inState('pool', 'volumes', damaged?.id ?? '', 'volume.json');
      writeFileSync(descriptor, 'garbage');
      const said = await rebuilt();
      expect(said).to.match(new RegExp(`^left alone: ${damaged?.id}, .*descriptor`, 'm'));
      expect(said).to.match(/^2 volumes are known again/m);
      const driver = await place.serve();
      await expectRestored(driver.client, first);
      if (second !== undefined) await expectRestored(driver.client, second);
      expect(readFileSync(descriptor, 'utf8')).to.equal('garbage');
      expect(driver.said()).to.include(`"volume":"${damaged?.id}"`);
    });
  });

  describe('a rebuild that is killed: no driver takes what is half-made, and another rebuild ends it,', () => {
    const MOMENTS: readonly (readonly [moment: string, isNow: (before: string) => boolean])[] = [
      ['when the new store is there', () => existsSync(inState('store.rebuilding', 'CURRENT'))],
      ['when the pool has been given to it', (before) => marker() !== before],
    ];
    for (const [moment, isNow] of MOMENTS) {
      it(moment, async () => {
        const [first] = await volumesMade(2);
        rmSync(store(), { recursive: true });
        const before = marker();
        const rebuilding = place.launch('pool', 'rebuild');
        await killWhen(rebuilding, () => isNow(before) || existsSync(store()));
        if (!existsSync(store())) await refusedStart(/csi-mock pool rebuild/);
        else rmSync(store(), { recursive: true });
        expect(await rebuilt()).to.match(/^2 volumes are known again/m);
        await expectRestored((await place.serve()).client, first);
        expect(readdirSync(place.stateDir)).to.have.members([...STATE]);
      });
    }
  });

  describe('a pool that is not the one of this store', () => {
    it('of another store: refused for a new state directory, which stays empty, and for one in use', async () => {
      const [volume] = await volumesMade(1);
      const other = place.path('other');
      const argv = [`--state-dir=${other}`, `--pool-dir=${inState('pool')}`];
      await refusedStart(/pool .* belongs to a store .*choose another pool/, ...argv);
      expect(readdirSync(other)).to.deep.equal([]);
      const driver = await place.serve(`--state-dir=${other}`, `--endpoint=${place.path('s')}`);
      await driver.stop();
      await refusedStart(/pool .* belongs to another store .*move the store .* away/, ...argv);
      await expectRestoredAfterRestart(volume);
    });

    it('pool.json that is garbage: refused until it is restored', async () => {
      const [volume] = await volumesMade(1);
      const kept = marker();
      writeFileSync(inState('pool', 'pool.json'), 'garbage');
      await refusedStart(
        /pool\.json cannot be read: it is not JSON; restore it, or move the store/,
      );
      writeFileSync(inState('pool', 'pool.json'), kept);
      await expectRestoredAfterRestart(volume);
    });
  });

  describe('a second driver', () => {
    it('on the same state directory: refused, and the first goes on', async () => {
      const driver = await place.serve();
      const endpoint = place.path('second.sock');
      await refusedStart(/another driver uses the state directory/, `--endpoint=${endpoint}`);
      expect(existsSync(endpoint)).to.equal(false);
      await refusedStart(/another process listens at .*csi\.sock/);
      const volume = coVolume(place.pods, 'volume', 'SINGLE_NODE_WRITER');
      for (const change of UP) await volume.send(driver.client, change);
      expect(await driver.client.identity.Probe({})).to.deep.equal({ ready: { value: true } });
    });

    it('on the same socket: refused, with no state made, and the first goes on', async () => {
      const driver = await place.serve();
      const other = place.path('other');
      await refusedStart(
        /another process listens at .*csi\.sock/,
        `--state-dir=${other}`,
        `--endpoint=${inState('csi.sock')}`,
      );
      expect(readdirSync(other)).to.deep.equal([]);
      expect(await driver.client.identity.Probe({})).to.deep.equal({ ready: { value: true } });
    });
  });

  describe('a state directory that cannot be used', () => {
    it('read-only: the start says that, and not that it may not mount', async () => {
      await volumesMade(1);
      execFileSync('mount', ['--bind', place.stateDir, place.stateDir]);
      execFileSync('mount', ['-o', 'remount,bind,ro', place.stateDir]);
      await refusedStart(/^csi-mock: the state directory .* cannot be used: EROFS/);
    });

    it('a file: the start says that', async () => {
      writeFileSync(place.stateDir, 'content');
      await refusedStart(/^csi-mock: the state directory .* cannot be used: EEXIST/);
      expect(readFileSync(place.stateDir, 'utf8')).to.equal('content');
    });
  });

  it('a full disk: calls say so and leave nothing half-made, and all goes on when there is room', async () => {
    mkdirSync(place.stateDir);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'none', place.stateDir]);
    const first = coVolume(place.pods, 'first', 'SINGLE_NODE_WRITER');
    const second = coVolume(place.pods, 'second', 'SINGLE_NODE_WRITER');
    let driver = await place.serve();
    for (const change of UP) await first.send(driver.client, change);
    const filler = inState('filler');
    expect(() => writeFileSync(filler, Buffer.alloc(2 ** 20))).to.throw('ENOSPC');

    const create = () => second.send(driver.client, { kind: 'create' });
    await refused(create(), 'RESOURCE_EXHAUSTED', /the disk .* is full/);
    expect(readdirSync(inState('pool', 'volumes'))).to.deep.equal([first.id]);
    expect(readdirSync(inState('pool', 'incoming'))).to.deep.equal([]);
    await driver.kill();
    driver = await place.serve();

    rmSync(filler);
    await create();
    await first.repeatAll(driver.client);
    expect(await listVolumes(driver.client)).to.deep.equal(
      new Map([
        [first.id, { bytes: first.bytes, nodes: [NODE] }],
        [second.id, { bytes: second.bytes, nodes: [] }],
      ]),
    );
  });
});

/** Expects a volume to be known by its id and name, with its size and data, attached nowhere. */
async function expectRestored(client: Client, volume: CoVolume): Promise<void> {
  const listed = await listVolumes(client);
  expect(listed.get(volume.id ?? '')).to.deep.equal({ bytes: volume.bytes, nodes: [] });
  const { id, marked } = volume;
  for (const change of [{ kind: 'create' }, { kind: 'attach' }, { kind: 'stage' }] as const) {
    await volume.send(client, change);
    expect(volume.id).to.equal(id);
  }
  if (marked === 'yes') {
    expect(readFileSync(join(volume.stagingPath, 'mark'), 'utf8')).to.equal(id);
  }
}
