/** A volume whose content is copied while nodes may have it. */
export interface CopiedVolume {
  readonly id: string;
  /** How many nodes have it now. */
  nodes(): number;
  /** Whether it holds a file system of its own, so that what writes to it does so through a mount. */
  readonly holdsFileSystem: boolean;
  /** Undefined where volumes are mounted by other processes. */
  readonly alone: Alone | undefined;
}

/** Does the work while nobody mounts or unmounts a volume. CANCELLED when the signal aborts before. */
export type Alone = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>;
