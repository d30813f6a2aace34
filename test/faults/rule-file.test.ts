import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { noFaultRules, type ActingRules } from '../../src/faults/fault-rules.js';
import { ruleSite } from './rule-site.js';
import { RuleFileError, watchRuleFile, type WatchedFile } from '../../src/faults/rule-file.js';
import { createLog } from '../../src/log.js';
import { eventually } from '../integration/eventually.js';

const INTERVAL_MS = 5;

describe('the file of fault rules', () => {
  let directory = '';
  let rules: ActingRules;
  let lines: Record<string, unknown>[] = [];
  let watched: WatchedFile | undefined;
  const log = createLog({
    level: 'info',
    format: 'json',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const path = (...names: readonly string[]) => join(directory, ...names);
  const ids = () => rules.list().map(({ id }) => id);
  const said = () => lines.map(({ msg, reason }) => [msg, reason].filter(Boolean).join(': '));

  function watch(file: string): void {
    watched = watchRuleFile(file, rules.load, log, INTERVAL_MS);
  }

  /** As the kubelet does: a directory of its own for each version, behind a link that is swapped. */
  function mountVersion(version: string, text: string): void {
    mkdirSync(path(version));
    writeFileSync(path(version, 'faults.yaml'), text);
    symlinkSync(version, path('..data_tmp'));
    renameSync(path('..data_tmp'), path('..data'));
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'csi-mock-faults-'));
    rules = noFaultRules(ruleSite());
    lines = [];
  });
  afterEach(() => {
    watched?.stop();
    rmSync(directory, { recursive: true });
  });

  it('is loaded at once', () => {
    writeFileSync(path('faults.yaml'), '{id: a, hang: true}');
    watch(path('faults.yaml'));
    expect(ids()).to.deep.equal(['a']);
  });

  it('is read anew when it is written again', async () => {
    writeFileSync(path('faults.yaml'), '{id: a, hang: true}');
    watch(path('faults.yaml'));
    writeFileSync(path('faults.yaml'), '[{id: b, hang: true}, {id: c, hang: true}]');
    await eventually(() => expect(ids()).to.deep.equal(['b', 'c']));
    expect(said()).to.deep.equal(['the fault rules were read anew']);
  });

  it('is read anew when another takes its place', async () => {
    writeFileSync(path('faults.yaml'), '{id: a, hang: true}');
    watch(path('faults.yaml'));
    writeFileSync(path('new'), '{id: b, hang: true}');
    renameSync(path('new'), path('faults.yaml'));
    await eventually(() => expect(ids()).to.deep.equal(['b']));
  });

  it('is read anew when a link above it is swapped, as in the mount of a ConfigMap', async () => {
    mountVersion('..1', '{id: a, hang: true}');
    symlinkSync('..data/faults.yaml', path('faults.yaml'));
    watch(path('faults.yaml'));
    mountVersion('..2', '{id: b, hang: true}');
    rmSync(path('..1'), { recursive: true });
    await eventually(() => expect(ids()).to.deep.equal(['b']));
    expect(said()).to.deep.equal(['the fault rules were read anew']);
  });

  it('with a mistake is not used: the rules stay, and the log says where and why', async () => {
    writeFileSync(path('faults.yaml'), '{id: a, hang: true}');
    watch(path('faults.yaml'));
    writeFileSync(path('faults.yaml'), '- hang: true\n- fail: ABORT\n');
    await eventually(() => expect(lines).to.have.length(1));
    expect(said()[0]).to.match(/^the fault rules stay as they are: line 2, column 9: expected/);
    expect(ids()).to.deep.equal(['a']);

    writeFileSync(path('faults.yaml'), '{id: mended, hang: true}');
    await eventually(() => expect(ids()).to.deep.equal(['mended']));
  });

  it('that is gone leaves the rules, and comes back', async () => {
    writeFileSync(path('faults.yaml'), '{id: a, hang: true}');
    watch(path('faults.yaml'));
    rmSync(path('faults.yaml'));
    await eventually(() => expect(said()[0]).to.match(/^the fault rules stay.*ENOENT/));
    expect(ids()).to.deep.equal(['a']);
    writeFileSync(path('faults.yaml'), '{id: b, hang: true}');
    await eventually(() => expect(ids()).to.deep.equal(['b']));
  });

  it('that only looks new is left: the counts of the rules go on', async () => {
    writeFileSync(path('faults.yaml'), '{id: a, hang: true}');
    watch(path('faults.yaml'));
    const before = rules.of('Probe')?.before.all[0];
    writeFileSync(path('faults.yaml'), '{id: a, hang: true}');
    await new Promise((resolve) => setTimeout(resolve, 10 * INTERVAL_MS));
    expect(rules.of('Probe')?.before.all[0]).to.equal(before);
  });

  const refused: [string, (file: string) => void, RegExp][] = [
    ['that is not there', () => undefined, /faults\.yaml: ENOENT/],
    ['that is a directory', (file) => mkdirSync(file), /faults\.yaml: EISDIR/],
    [
      'with a mistake',
      (file) => writeFileSync(file, 'hang: yes'),
      /: line 1, column 7: expected true/,
    ],
    [
      'that is far too large',
      (file) => writeFileSync(file, ' '.repeat(2 ** 20 + 1)),
      /1048576 bytes/,
    ],
  ];
  for (const [title, make, message] of refused) {
    it(`${title} is refused at the start`, () => {
      make(path('faults.yaml'));
      expect(() => watch(path('faults.yaml'))).to.throw(RuleFileError, message);
      expect(ids()).to.deep.equal([]);
    });
  }
});
