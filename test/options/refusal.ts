import { OptionError } from '../../src/options/option-error.js';

/** The option error that `act` throws. */
export function refusal(act: () => unknown): OptionError {
  try {
    act();
  } catch (error) {
    if (error instanceof OptionError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
