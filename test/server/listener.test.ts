import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { listen, ListenError, type Listener } from '../../src/server/listener.js';
import { NOBODY } from '../host/nobody.js';
import { isRoot } from '../host/scratch.js';

describe('listen', () => {
  let directory = '';
  let path = '';
  let listeners: Listener[] = [];
  let others: Server[] = [];

  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'csi-mock-test-')));
    path = join(directory, 'csi.sock');
  });
  afterEach(() => {
    for (const listener of listeners) listener.close();
    for (const other of others) other.close();
    [listeners, others] = [[], []];
    rmSync(directory, { recursive: true });
  });

  /** Listens and says `ours` to whoever connects. */
  async function ours(at = path, mode = 0o600): Promise<Listener> {
    const listener = await listen({
      path: at,
      mode,
      onConnection: say('ours'),
      onError: (error) => expect.fail(error.message),
    });
    listeners.push(listener);
    return listener;
  }

  /** Another program's server, which says `theirs` to whoever connects. */
  async function theirs(at = path): Promise<Server> {
    const server = createServer(say('theirs')).listen(at);
    others.push(server);
    await once(server, 'listening');
    return server;
  }

  /** What a process leaves behind that ends without a word. */
  function leaveStaleSocket(): void {
    const script = `require('net').createServer().listen(process.argv[1], () => process.exit())`;
    spawnSync(process.execPath, ['-e', script, path]);
    expect(lstatSync(path).isSocket()).to.equal(true);
  }

  async function answer(at = path): Promise<string> {
    const connection = connect(at).setEncoding('utf8');
    let said = '';
    for await (const chunk of connection) said += chunk;
    return said;
  }

  /** Expects a refusal, and the directory to be as it was. */
  async function refused(reason: ListenError['reason'], at = path): Promise<void> {
    const before = snapshot(directory);
    const outcome = await ours(at).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(ListenError).with.property('reason', reason);
    expect(outcome).to.have.property('message').that.includes(dirname(at));
    expect(snapshot(directory)).to.deep.equal(before);
  }

  it('takes connections, with nothing else in the directory', async () => {
    await ours();
    expect(await answer()).to.equal('ours');
    expect(readdirSync(directory)).to.deep.equal(['csi.sock']);
  });

  describe('permissions', () => {
    const before = process.umask();
    afterEach(() => {
      process.umask(before);
    });
    for (const mode of [0o600, 0o660, 0o666, 0o777]) {
      for (const umask of [0o000, 0o022, 0o077]) {
        it(`${octal(mode)} whatever the umask, ${octal(umask)}, which stays`, async () => {
          process.umask(umask);
          await ours(path, mode);
          expect(octal(lstatSync(path).mode & 0o777)).to.equal(octal(mode));
          expect(octal(process.umask())).to.equal(octal(umask));
        });
      }
    }
  });

  describe('where a socket is already', () => {
    it('takes the place of a stale one', async () => {
      leaveStaleSocket();
      await ours();
      expect(await answer()).to.equal('ours');
      expect(readdirSync(directory)).to.deep.equal(['csi.sock']);
    });

    it('is refused while another process listens there', async () => {
      await theirs();
      await refused('in-use');
      expect(await answer()).to.equal('theirs');
    });

    it('is refused while this process listens there', async () => {
      await ours();
      await refused('in-use');
      expect(await answer()).to.equal('ours');
    });

    for (const [title, prepare] of [
      ['nothing', () => undefined],
      ['a stale socket', leaveStaleSocket],
    ] as const) {
      it(`one of two that start at once on ${title} is refused`, async () => {
        prepare();
        const outcomes = await Promise.allSettled([ours(), ours()]);
        const reasons = outcomes.filter(({ status }) => status === 'rejected');
        expect(reasons).to.have.lengthOf(1);
        expect(reasons[0]).to.have.nested.property('reason.reason', 'in-use');
        expect(await answer()).to.equal('ours');
      });
    }
  });

  describe('where something else is, which stays as it is', () => {
    const things: [title: string, make: () => unknown][] = [
      ['a file', () => writeFileSync(path, 'content')],
      ['an empty file', () => writeFileSync(path, '')],
      ['a directory', () => mkdirSync(path)],
      ['a dangling symlink', () => symlinkSync(join(directory, 'nowhere'), path)],
      ['a named pipe', () => spawnSync('mkfifo', [path])],
    ];
    for (const [title, make] of things) {
      it(`${title} is refused`, async () => {
        make();
        await refused('no-socket');
      });
    }

    it('a symlink to a socket is refused', async () => {
      const elsewhere = join(directory, 'elsewhere.sock');
      await theirs(elsewhere);
      symlinkSync(elsewhere, path);
      await refused('no-socket');
      expect(await answer()).to.equal('theirs');
    });
  });

  describe('where there can be no socket', () => {
    it('a directory that is not there', () =>
      refused('no-directory', join(directory, 'nowhere', 'csi.sock')));

    it('a directory that is a file', async () => {
      writeFileSync(path, '');
      await refused('no-directory', join(path, 'csi.sock'));
    });

    it('a path of 108 bytes', () =>
      refused('too-long', join(directory, 'x'.repeat(107 - directory.length))));

    it('a name that leaves no room for the directory', () =>
      refused('too-long', `/${'x'.repeat(100)}`));

    it('a path of 107 bytes is no such place', async () => {
      const parent = join(directory, 'x'.repeat(80 - directory.length));
      mkdirSync(parent);
      const longest = join(parent, 'x'.repeat(106 - parent.length));
      expect(longest).to.have.lengthOf(107);
      await ours(longest);
      expect(await answer(longest)).to.equal('ours');
    });

    describe('for want of rights', () => {
      before(function () {
        if (!isRoot) this.skip();
      });
      afterEach(() => {
        process.seteuid?.(0);
      });

      it('a directory that may not be written', async () => {
        chmodSync(directory, 0o755);
        process.seteuid?.(NOBODY);
        await refused('not-permitted');
      });

      it('a socket that may not be connected to, and so cannot be told from a stale one', async () => {
        await theirs();
        chmodSync(path, 0o600);
        chmodSync(directory, 0o777);
        process.seteuid?.(NOBODY);
        await refused('not-permitted');
      });
    });
  });

  describe('close', () => {
    it('removes the socket', async () => {
      const listener = await ours();
      listener.close();
      expect(readdirSync(directory)).to.deep.equal([]);
    });

    it('removes it where its directory has been moved to', async () => {
      const parent = join(directory, 'parent');
      mkdirSync(parent);
      const listener = await ours(join(parent, 'csi.sock'));
      renameSync(parent, `${parent}.moved`);
      listener.close();
      expect(readdirSync(`${parent}.moved`)).to.deep.equal([]);
    });

    it('finds it gone', async () => {
      const listener = await ours();
      unlinkSync(path);
      listener.close();
      expect(readdirSync(directory)).to.deep.equal([]);
    });

    it('leaves the socket of another that has taken its place', async () => {
      const listener = await ours();
      unlinkSync(path);
      await theirs();
      listener.close();
      expect(await answer()).to.equal('theirs');
    });

    it('leaves a file that has taken its place', async () => {
      const listener = await ours();
      unlinkSync(path);
      writeFileSync(path, 'content');
      listener.close();
      expect(readFileSync(path, 'utf8')).to.equal('content');
    });

    it('leaves room for the next', async () => {
      const first = await ours();
      first.close();
      await ours();
      expect(await answer()).to.equal('ours');
    });
  });

  it('holds the directory open no longer than it listens, and not after a refusal', async () => {
    expect(descriptorsOf(directory)).to.equal(0);
    const listener = await ours();
    await refused('in-use');
    expect(descriptorsOf(directory)).to.equal(1);
    listener.close();
    listener.close();
    expect(descriptorsOf(directory)).to.equal(0);
  });
});

/** How many descriptors of this process are open on a path. */
function descriptorsOf(path: string): number {
  const descriptors = readdirSync('/proc/self/fd').map((name) => `/proc/self/fd/${name}`);
  return descriptors.filter((link) => existsSync(link) && readlinkSync(link) === path).length;
}

/** Whoever only looks whether somebody listens is gone before it is said. */
function say(text: string): (connection: Socket) => void {
  return (connection) => void connection.on('error', () => undefined).end(text);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function snapshot(directory: string): string[] {
  return readdirSync(directory)
    .toSorted()
    .map((name) => {
      const { ino, mode, size, ctimeNs } = lstatSync(join(directory, name), { bigint: true });
      return `${name} ${ino} ${mode} ${size} ${ctimeNs}`;
    });
}
