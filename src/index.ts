/** The public interface for programs; the README shows its use. */
export { createDriver, type Driver } from './driver.js';
export type { Options, OptionsInput } from './options.js';
export { MountRightError } from './right-to-mount.js';
export { OptionError } from './options/option-error.js';
