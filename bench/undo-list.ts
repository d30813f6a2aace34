/** What is to be taken back in the end, the last first. */
export interface UndoList {
  add(undo: () => void | Promise<void>): void;
  /** Takes everything back, also when some of it fails; rejects with the first failure. */
  run(): Promise<void>;
}

export function undoList(): UndoList {
  const undos: (() => void | Promise<void>)[] = [];
  return {
    add: (undo) => void undos.push(undo),
    async run() {
      const undo = undos.pop();
      if (undo === undefined) return;
      try {
        await undo();
      } finally {
        await this.run();
      }
    },
  };
}
