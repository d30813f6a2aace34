import { EventEmitter } from 'node:events';
import type { Io } from '../../src/cli/command.js';

/** A process that remembers what was written and with which codes it was ended. */
export class FakeIo extends EventEmitter implements Io {
  readonly exits: number[] = [];
  readonly stdout = output();
  readonly stderr = output();

  exit(code: number): void {
    this.exits.push(code);
  }
}

interface Written {
  text: string;
  isTTY: boolean;
  write(text: string): void;
}

function output(): Written {
  return {
    text: '',
    isTTY: false,
    write(text) {
      this.text += text;
    },
  };
}
