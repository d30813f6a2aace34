import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Client } from '../../src/csi/client.js';
import { MNT_DETACH, umount2 } from '../../src/host/syscalls.js';
import { attachedBelow, detachLeft, mountsBelow } from '../host/scratch.js';
import { launch, type Ended, type Program } from './program.js';

/** A driver that serves in a process of its own. */
export interface Served extends Program {
  readonly client: Client;
}

/** A directory on a disk, and the programs that work in it. */
export interface Site {
  readonly root: string;
  readonly stateDir: string;
  /** An existing directory for the paths that a CO chooses. */
  readonly pods: string;
  path(...names: string[]): string;
  /** Makes a directory in it. */
  make(...names: string[]): string;
  /** Starts the program with this state directory and waits for nothing. */
  launch(...argv: readonly string[]): Program;
  /** Runs a command of the program, with this state directory, to its end. */
  run(...command: readonly string[]): Promise<Ended>;
  /** Starts the driver and resolves when it serves. */
  serve(...argv: readonly string[]): Promise<Served>;
  /** Where something is mounted below `pods`, in the order in which it was. */
  mounts(): string[];
  /** Takes these mounts away, and the loop devices of the volumes, as the end of a machine does. */
  unmount(): void;
  /** Ends all programs and removes every trace. */
  remove(): Promise<void>;
}

/** `name`: how the state directory is called. */
export function site(name = 'state'): Site {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'csi-mock-crash-')));
  const running = new Set<Program>();
  const clients = new Set<Client>();
  const stateDir = join(root, name);
  const pods = join(root, 'pods');
  mkdirSync(pods);

  const place: Site = {
    root,
    stateDir,
    pods,
    path: (...names) => join(root, ...names),
    make(...names) {
      const path = join(root, ...names);
      mkdirSync(path, { recursive: true });
      return path;
    },
    launch(...argv) {
      const program = launch([
        ...argv.filter(isCommand),
        `--state-dir=${stateDir}`,
        '--node-id=node-1',
        ...argv.filter((each) => !isCommand(each)),
      ]);
      running.add(program);
      void program.ended.then(() => running.delete(program));
      return program;
    },
    run: (...command) => place.launch(...command).ended,
    async serve(...argv) {
      const program = place.launch(...argv);
      await program.ready();
      const client = connect(endpointOf(argv) ?? join(stateDir, 'csi.sock'));
      clients.add(client);
      void program.ended.then(() => client.close());
      return { ...program, client };
    },
    mounts: () => mountPointsBelow(pods),
    unmount() {
      const attached = attachedBelow(stateDir);
      unmountBelow(pods);
      detachLeft(attached);
    },
    async remove() {
      await Promise.all(Array.from(running, (program) => program.kill()));
      for (const client of clients) client.close();
      const attached = attachedBelow(stateDir);
      unmountBelow(root);
      detachLeft(attached);
      await rm(root, { recursive: true, force: true });
    },
  };
  return place;
}

function unmountBelow(directory: string): void {
  for (const path of mountPointsBelow(directory).toReversed()) umount2(path, MNT_DETACH);
}

function mountPointsBelow(directory: string): string[] {
  return mountsBelow(directory).map((line) => unescaped(line.split(' ')[4] ?? ''));
}

function isCommand(argument: string): boolean {
  return !argument.startsWith('-');
}

function endpointOf(argv: readonly string[]): string | undefined {
  return argv.find((each) => each.startsWith('--endpoint='))?.slice('--endpoint='.length);
}

/** The kernel writes space, tab, newline and backslash as a backslash with three octal digits. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
