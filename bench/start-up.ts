import { startDriver } from './own-driver.js';
import { processMemory } from './process-memory.js';
import { median } from './statistics.js';

/** What starts take: the middle of several. */
export interface StartUp {
  /** From the start of the process until it answered its first call, in ms. */
  readonly answered: number;
  /** Until it was ready to serve every call, in ms. */
  readonly ready: number;
  /** The memory that it had then, in bytes. */
  readonly resident: number;
}

/** Starts drivers one after the other on the states that `stateDir` names, and stops them. */
export async function timeStarts(
  times: number,
  stateDir: (index: number) => string,
  signal: AbortSignal,
): Promise<StartUp> {
  const answered: number[] = [];
  const ready: number[] = [];
  const resident: number[] = [];
  for (let index = 0; index < times && !signal.aborted; index += 1) {
    const driver = await startDriver(stateDir(index));
    resident.push(processMemory(driver.pid).resident);
    await driver.stop();
    answered.push(driver.answeredMs);
    ready.push(driver.readyMs);
  }
  return { answered: median(answered), ready: median(ready), resident: median(resident) };
}
