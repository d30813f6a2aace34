import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { run, type Checker } from '../../src/cli/check.js';
import { CHECKS } from '../../src/conformance/checks/checks.js';
import { checkConformance } from '../../src/conformance/conformance.js';
import { withDrivers, type RunningDriver } from '../integration/drivers.js';
import { eventually } from '../integration/eventually.js';
import { PATIENCE_MS } from '../patience.js';
import { FakeIo } from './fake-io.js';

const MODE = 'publish-table/SINGLE_NODE_WRITER';
/** No call is given up because the machine stands still for some seconds. */
const PATIENT = `--call-timeout=${PATIENCE_MS}ms`;
const OTHER_TARGET = `${MODE}/other-target/same-arguments`;

async function failing(): Promise<never> {
  throw new Error('no driver');
}

describe('check of a driver', () => {
  const drivers = withDrivers();
  let io = new FakeIo();
  let good: RunningDriver;
  let lax: RunningDriver;
  let work = '';
  const ids = CHECKS.map(({ id }) => id);
  const check = (driver: RunningDriver, ...argv: string[]): Promise<number> =>
    checkWith({ checkConformance, ids }, driver, ...argv);
  const checkWith = (checker: Checker, driver: RunningDriver, ...argv: string[]) => {
    const { endpoint } = driver.options;
    return run([`--endpoint=${endpoint}`, `--work-dir=${work}`, PATIENT, ...argv], {}, io, checker);
  };

  before(async () => {
    good = await drivers.start('good');
    lax = await drivers.start('lax', { singleNodeWriterTargets: 'many' });
    work = drivers.scratch.make('work');
  });

  beforeEach(() => {
    io = new FakeIo();
  });

  afterEach(async () => {
    for (const { client } of [good, lax]) {
      expect((await client.controller.ListVolumes({})).entries).to.deep.equal([]);
    }
    expect(readdirSync(work)).to.deep.equal([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.to.contain(`${work}/`);
    for (const signal of ['SIGTERM', 'SIGINT']) expect(io.listenerCount(signal)).to.equal(0);
  });

  it('one that follows the spec ends with 0', async () => {
    expect(await check(good, `--only=${MODE}`)).to.equal(0);
    expect(io.stdout.text).to.contain('mock.csi.test').and.to.contain('0 failed, 0 warned');
    expect(io.stderr.text).to.equal('');
  });

  it('one that does not follow a SHOULD ends with 0 and a warning', async () => {
    expect(await check(lax, `--only=${OTHER_TARGET}`)).to.equal(0);
    expect(io.stdout.text).to.contain(`! ${OTHER_TARGET} (SHOULD)`);
  });

  it('one that does not follow a SHOULD ends with 1 with --strict', async () => {
    expect(await check(lax, `--only=${OTHER_TARGET}`, '--strict')).to.equal(1);
    expect(io.stdout.text).to.contain(`✗ ${OTHER_TARGET} (SHOULD)`);
  });

  it('one that cannot be tried ends with 2, and says why', async () => {
    const old = await drivers.start('old', { withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'] });
    const mode = 'publish-table/SINGLE_NODE_SINGLE_WRITER';
    expect(await check(old, `--only=${mode}`)).to.equal(2);
    expect(io.stdout.text).to.contain('does not advertise SINGLE_NODE_MULTI_WRITER');
    expect(io.stderr.text).to.contain('nothing could be tried');
  });

  for (const [format, beginning] of [
    ['text', 'Driver\n  mock.csi.test'],
    ['json', '{\n  "formatVersion"'],
    ['junit', '<?xml'],
    ['markdown', '### CSI v1.5'],
    ['tap', 'TAP version 14'],
  ] as const) {
    it(`--format=${format} writes ${format}, to a file with --output`, async () => {
      const argv = [`--only=${OTHER_TARGET}`, `--format=${format}`];
      expect(await check(good, ...argv)).to.equal(0);
      expect(io.stdout.text.startsWith(beginning)).to.equal(true);
      const file = drivers.scratch.path(`report.${format}`);
      expect(await check(good, ...argv, `--output=${file}`)).to.equal(0);
      expect(readFileSync(file, 'utf8').startsWith(beginning)).to.equal(true);
      expect(io.stdout.text).to.contain(`; report in ${file}\n`);
    });
  }

  for (const [argv, env, terminal, coloured] of [
    [['--color=auto'], {}, true, true],
    [[], {}, false, false],
    [[], { NO_COLOR: '1' }, true, false],
    [['--color=always'], { NO_COLOR: '1' }, false, true],
    [['--color=never'], {}, true, false],
  ] as const) {
    const where = terminal ? 'a terminal' : 'a pipe';
    it(`${JSON.stringify([...argv, env])} on ${where}: ${coloured ? '' : 'no '}colours`, async () => {
      io.stdout.isTTY = terminal;
      const address = `--endpoint=${good.options.endpoint}`;
      const checker = { checkConformance, ids };
      const all = [address, `--work-dir=${work}`, PATIENT, `--only=${OTHER_TARGET}`, ...argv];
      expect(await run(all, env, io, checker)).to.equal(0);
      expect(io.stdout.text.includes('\u001B[')).to.equal(coloured);
    });
  }

  it('shows its progress on a terminal, and erases it', async () => {
    io.stderr.isTTY = true;
    expect(await check(good, `--only=${OTHER_TARGET}`)).to.equal(0);
    expect(io.stderr.text).to.equal(`\r\u001B[K[1/1] ${OTHER_TARGET}\r\u001B[K`);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`${signal} in the middle ends with ${code}, a report, and nothing left`, async () => {
      const ended = check(good);
      await eventually(async () => {
        const { entries } = await good.client.controller.ListVolumes({});
        expect(entries).not.to.deep.equal([]);
      });
      io.emit(signal, signal);
      expect(await ended).to.equal(code);
      expect(io.stdout.text).to.contain('; interrupted: the other checks were not made');
      expect(io.stdout.text).not.to.contain('Left behind');
      expect(io.stdout.text).to.contain(' 0 failed, 0 warned');
      expect(io.exits).to.deep.equal([]);
    });
  }

  it('a second signal ends the process at once', async () => {
    const checker: Checker = {
      ids,
      checkConformance: async (options) => {
        io.emit('SIGINT', 'SIGINT');
        expect(options.signal?.aborted).to.equal(true);
        expect(io.exits).to.deep.equal([]);
        io.emit('SIGTERM', 'SIGTERM');
        throw new Error('ended');
      },
    };
    await checkWith(checker, good);
    expect(io.exits).to.deep.equal([143]);
  });

  it('ends with 2 when the time is over before all checks were made', async () => {
    expect(await check(good, '--timeout=1ms')).to.equal(2);
    expect(io.stderr.text).to.contain('the time was over');
  });

  it('ends with 2 when nobody answers at the endpoint', async () => {
    const endpoint = `unix://${drivers.scratch.path('nobody.sock')}`;
    const argv = [`--endpoint=${endpoint}`, '--call-timeout=50ms', `--work-dir=${work}`];
    expect(await run(argv, {}, io, { checkConformance, ids })).to.equal(2);
    expect(io.stdout.text).to.equal('');
    expect(io.stderr.text).to.contain('could not be checked: UNAVAILABLE: nobody answers at ');
  });

  it('refuses an output that cannot be written before it makes a call', async () => {
    const file = drivers.scratch.path('missing', 'report.xml');
    let calls = 0;
    const counting = async (): Promise<never> => {
      throw new Error(`call ${(calls += 1)}`);
    };
    const refused = await checkWith(
      { checkConformance: counting, ids },
      good,
      `--output=${file}`,
    ).catch(String);
    expect(refused).to.contain('UsageError: option output: ENOENT');
    expect([calls, existsSync(file)]).to.deep.equal([0, false]);
  });

  it('keeps a report that was there when the driver cannot be checked', async () => {
    const file = drivers.scratch.path('kept.xml');
    writeFileSync(file, 'before');
    const code = await checkWith({ checkConformance: failing, ids }, good, `--output=${file}`);
    expect([code, readFileSync(file, 'utf8')]).to.deep.equal([2, 'before']);
  });
});
