import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, textAt } from './manifest.js';

/** An instruction, on one line, without its comments. */
interface Instruction {
  readonly name: string;
  readonly text: string;
}

describe('Dockerfile', () => {
  const instructions = read(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
  const of = (name: string): readonly string[] =>
    instructions.filter((each) => each.name === name).map(({ text }) => text);
  const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
  const ofLast = (name: string): readonly string[] =>
    last.filter((each) => each.name === name).map(({ text }) => text);

  it('has one base, at an exact version, with the Node.js that CI runs the tests with', () => {
    const bases = of('FROM').map((text) => text.replace(/ AS .*$/, ''));
    const [lts] =
      /(?<=^readonly NODE_LTS=).*$/m.exec(readFileSync(join(ROOT, '.ci/run'), 'utf8')) ?? [];
    expect(new Set(bases)).to.deep.equal(new Set([`node:${lts}-trixie-slim`]));
  });

  it('names every stage but the last, and copies only from stages that it names', () => {
    const stages = of('FROM').map((text) => / AS (\S+)$/.exec(text)?.[1]);
    expect(stages.slice(0, -1)).not.to.include(undefined);
    expect(stages.at(-1)).to.equal(undefined);
    const sources = of('COPY').flatMap((text) => /^--from=(\S+)/.exec(text)?.[1] ?? []);
    expect(stages).to.include.members(sources);
  });

  it('has the version and the licence of package.json in its labels, and the licence itself', () => {
    const description: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(ofLast('ARG')).to.include(`VERSION=${textAt(description, 'version')}`);
    const labels = ofLast('LABEL').join(' ');
    for (const name of ['title', 'description', 'version', 'revision', 'licenses', 'base.name']) {
      expect(labels).to.include(`org.opencontainers.image.${name}="`);
    }
    expect(labels).to.include(`licenses="${textAt(description, 'license')}"`);
    expect(labels).to.include(`base.name="docker.io/library/${ofLast('FROM')[0]}"`);
    expect(ofLast('COPY').join(' ')).to.match(/\bLICENSE\b/);
  });

  it('installs packages without recommended ones and without leaving lists, in one layer', () => {
    for (const text of ofLast('RUN').filter((each) => each.includes('apt-get'))) {
      expect(text).to.match(/^apt-get update && apt-get install -y --no-install-recommends /);
      expect(text).to.include('rm -rf /var/lib/apt/lists/*');
    }
    expect(
      of('RUN').filter((text) => /(^|&& )(apt|apt-get (dist-)?upgrade) /.test(text)),
    ).to.deep.equal([]);
  });

  it('installs from the lock file, runs no script of a dependency, takes no development dependency', () => {
    const runs = of('RUN').join(' && ');
    expect(runs).to.include('npm ci --ignore-scripts');
    expect(runs).to.include('npm prune --omit=dev --ignore-scripts');
    expect(runs).not.to.match(/npm (install|i|add) /);
  });

  it('needs no syntax but the usual, so nothing is fetched to read it', () => {
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).not.to.match(/^# *syntax *=/im);
  });

  it('tells scanners the version of every package that is copied past dpkg', () => {
    const packages = ofLast('COPY').flatMap(
      (text) => / \/usr\/share\/doc\/([^/]+)\/$/.exec(text)?.[1] ?? [],
    );
    expect(packages).to.deep.equal(['xfsprogs']);
    for (const name of packages) {
      expect(of('RUN').join('\n')).to.include(`dpkg-query --status ${name} > /${name}.status`);
      expect(ofLast('COPY')).to.include(
        `--from=xfs /${name}.status /var/lib/dpkg/status.d/${name}`,
      );
    }
  });

  it('fetches nothing by ADD and has paths that are absolute or below an absolute one', () => {
    expect(of('ADD')).to.deep.equal([]);
    for (const directory of of('WORKDIR')) expect(directory).to.match(/^\//);
    expect(of('RUN').filter((text) => /(^|&& )(cd|sudo) /.test(text))).to.deep.equal([]);
  });

  it('starts the command itself, without a shell in between', () => {
    expect(ofLast('ENTRYPOINT')).to.deep.equal(['["csi-mock"]']);
    expect(of('CMD')).to.deep.equal([]);
    expect(ofLast('STOPSIGNAL')).to.deep.equal(['SIGTERM']);
  });

  it('says as which user it runs', () => {
    expect(ofLast('USER')).to.have.lengthOf(1);
  });
});

function read(text: string): readonly Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return { name, text: rest.join(' ') };
    });
}
