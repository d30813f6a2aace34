import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lineFile } from '../../src/calls/line-file.js';

describe('lineFile', () => {
  let directory: string;
  let troubles: Error[];
  const at = (...path: string[]): string => join(directory, ...path);
  const writing = (path: string) => lineFile(path, (error) => troubles.push(error));

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'csi-mock-test-'));
    troubles = [];
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('appends to what is there, for nobody else to read', () => {
    writing(at('log')).write('one');
    writing(at('log')).write('two');
    expect(readFileSync(at('log'), 'utf8')).to.equal('one\ntwo\n');
    expect(statSync(at('log')).mode & 0o777).to.equal(0o600);
    expect(troubles).to.deep.equal([]);
  });

  it('goes on in a new file when the old one was moved away', () => {
    const file = writing(at('log'));
    file.write('one');
    renameSync(at('log'), at('old'));
    file.write('two');
    expect(readFileSync(at('old'), 'utf8')).to.equal('one\n');
    expect(readFileSync(at('log'), 'utf8')).to.equal('two\n');
  });

  it('loses lines while there is no way to write, tells of it once, and goes on when there is', () => {
    const file = writing(at('missing', 'log'));
    file.write('one');
    file.write('two');
    expect(troubles.map((error) => Reflect.get(error, 'code'))).to.deep.equal(['ENOENT']);
    mkdirSync(at('missing'));
    file.write('three');
    file.write('four');
    expect(readFileSync(at('missing', 'log'), 'utf8')).to.equal('\nthree\nfour\n');
    rmSync(at('missing'), { recursive: true });
    file.write('five');
    expect(troubles).to.have.lengthOf(2);
  });

  it('loses lines on a full disk', () => {
    const file = writing('/dev/full');
    file.write('one');
    file.write('two');
    expect(troubles.map((error) => Reflect.get(error, 'code'))).to.deep.equal(['ENOSPC']);
  });

  it('does not wait for somebody to read a pipe', () => {
    execFileSync('mkfifo', [at('pipe')]);
    writing(at('pipe')).write('one');
    expect(troubles.map((error) => Reflect.get(error, 'code'))).to.deep.equal(['ENXIO']);
  });
});
