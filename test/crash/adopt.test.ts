import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { isRoot } from '../host/scratch.js';
import { logBytes } from './log-bytes.js';
import { listVolumes } from './checks.js';
import { killWhen } from './program.js';
import { site, type Site } from './site.js';

const ID = 'static-1';

interface View {
  inPool(...names: string[]): boolean;
  readonly isAtHome: boolean;
  readonly isRecorded: boolean;
}

const MOMENTS: readonly (readonly [moment: string, isNow: (view: View) => boolean])[] = [
  ['a directory is in incoming/', ({ inPool }) => inPool('incoming', ID)],
  ['the volume has its place', ({ inPool }) => inPool('volumes', ID)],
  ['the data is gone from where it was', ({ isAtHome }) => !isAtHome],
  ['the data is in the pool', ({ inPool }) => inPool('volumes', ID, 'data')],
  ['a record is written', ({ isRecorded }) => isRecorded],
];

describe('kill -9 while a directory is adopted', function () {
  this.timeout(120_000);
  let place: Site;
  let directory: string;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(async () => {
    place = site();
    directory = place.make('precious');
    writeFileSync(join(directory, 'file'), 'data');
    await (await place.serve()).stop();
  });
  afterEach(() => place.remove());

  const pool = (...names: string[]) => join(place.stateDir, 'pool', ...names);
  const adopt = () => ['pool', 'adopt', directory, `--id=${ID}`] as const;

  function expectData(): void {
    const found = [directory, pool('volumes', ID, 'data')].filter((path) => existsSync(path));
    expect(found, 'places of the data').to.have.lengthOf(1);
    expect(readFileSync(join(found[0] ?? '', 'file'), 'utf8')).to.equal('data');
  }

  for (const [moment, isNow] of MOMENTS) {
    it(`when ${moment}: no start loses the data, and the repeated command ends it`, async () => {
      const before = logBytes(place.stateDir);
      const program = place.launch(...adopt());
      let isOver = false;
      void program.ended.then(() => (isOver = true));
      const view: View = {
        inPool: (...names) => existsSync(pool(...names)),
        get isAtHome() {
          return existsSync(directory);
        },
        get isRecorded() {
          return logBytes(place.stateDir) > before;
        },
      };
      await killWhen(program, () => isNow(view) || isOver);
      expectData();

      const between = await place.serve();
      expectData();
      await between.stop();
      expectData();

      const { code, output } = await place.run(...adopt());
      expect(code, output).to.equal(0);
      const driver = await place.serve();
      expect([...(await listVolumes(driver.client)).keys()]).to.deep.equal([ID]);
      expect(existsSync(directory)).to.equal(false);
      expectData();
      for (const name of ['incoming', 'trash']) expect(readdirSync(pool(name))).to.deep.equal([]);
      await driver.client.controller.DeleteVolume({ volume_id: ID });
      await driver.stop();
    });
  }
});
