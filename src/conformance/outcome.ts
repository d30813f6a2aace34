import { StatusError, type Code } from '../csi/status.js';

/** How a driver answered one call. */
export interface Outcome {
  readonly code: Code | 'OK';
  /** The status message; empty when OK. */
  readonly message: string;
}

/** Waits for a call's answer, whatever it is. */
export async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    await call;
    return { code: 'OK', message: '' };
  } catch (error) {
    const { code, message } = StatusError.from(error);
    return { code, message };
  }
}

/** For a report: `OK`, or the code with the driver's own words. */
export function describeOutcome({ code, message }: Outcome): string {
  return message === '' ? code : `${code} (${message})`;
}
