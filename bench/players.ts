import { join } from 'node:path';
import type { PeerAddress } from './arguments.js';
import { startDriver } from './own-driver.js';
import { population, type Population } from './population.js';
import { optionsFor, stepsOf, subjectAt, type Steps, type Subject } from './subject.js';
import type { UndoList } from './undo-list.js';

/** A driver that is measured, and the volumes that it has been given. */
export interface Player {
  readonly subject: Subject;
  readonly volumes: Population;
}

/** A driver of ours. */
export interface OwnPlayer extends Player {
  readonly stateDir: string;
  stop(): Promise<void>;
}

/** Where the benchmark works. */
export interface Place {
  /** A directory for everything; it is removed afterwards. */
  readonly directory: string;
  readonly undo: UndoList;
}

/** The calls that every driver here has: ours has all of them. */
export function commonSteps(peer: PeerAddress | undefined): Promise<Steps> | Steps {
  return peer === undefined ? { attach: true, stage: true } : stepsOf(peer.endpoint);
}

/** Starts a driver of ours. Its volumes end with the directory. */
export async function ownPlayer(name: string, steps: Steps, place: Place): Promise<OwnPlayer> {
  const stateDir = stateDirectory(name, place);
  const { stop, endpoint, pid } = await startDriver(stateDir, optionsFor(steps));
  place.undo.add(stop);
  return { ...(await playerAt({ name, steps, endpoint, pid }, place)), stateDir, stop };
}

/** For the state of a driver of ours. */
export function stateDirectory(name: string, { directory }: Place): string {
  return join(directory, 'state', name.replaceAll(' ', '-'));
}

/** The driver that was there before us, and that is to be found afterwards as it was. */
export async function peerPlayer(peer: PeerAddress, steps: Steps, place: Place): Promise<Player> {
  const player = await playerAt({ name: 'peer', steps, ...peer }, place);
  place.undo.add(player.volumes.clear);
  return player;
}

async function playerAt(
  given: Pick<Subject, 'name' | 'pid' | 'steps'> & { readonly endpoint: string },
  { directory, undo }: Place,
): Promise<Player> {
  const subject = await subjectAt({ ...given, directory: join(directory, 'paths', given.name) });
  undo.add(subject.client.close);
  return { subject, volumes: population(subject) };
}
