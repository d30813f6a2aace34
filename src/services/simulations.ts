/**
 * What the driver pretends although it is not so, because a fault rule or a command wants it. Each
 * simulation holds until the function that it was answered with is called.
 */
export interface Simulations {
  /** Why the volume is to be reported as abnormal; undefined while nothing says so. The latest counts. */
  abnormal(volumeId: string): string | undefined;
  /** Whether nothing is left of the capacity of a kind; volumes without a kind have the empty one. */
  isFull(kind: string): boolean;
  /** Has the volumes that `concerns` picks, present and to come, reported as abnormal. */
  makeAbnormal(concerns: (volumeId: string) => boolean, message: string): () => void;
  /** Leaves nothing of the capacity of the kinds that `concerns` picks. */
  makeFull(concerns: (kind: string) => boolean): () => void;
}

export function noSimulations(): Simulations {
  const abnormal = new Set<{
    readonly concerns: (volumeId: string) => boolean;
    readonly message: string;
  }>();
  const full = new Set<{ readonly concerns: (kind: string) => boolean }>();
  return {
    abnormal: (volumeId) => [...abnormal].findLast(({ concerns }) => concerns(volumeId))?.message,
    isFull: (kind) => [...full].some(({ concerns }) => concerns(kind)),
    makeAbnormal: (concerns, message) => held(abnormal, { concerns, message }),
    makeFull: (concerns) => held(full, { concerns }),
  };
}

function held<Simulation>(all: Set<Simulation>, one: Simulation): () => void {
  all.add(one);
  return () => all.delete(one);
}
