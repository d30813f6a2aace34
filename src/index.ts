/** The public interface for programs; the README shows its use. */
export type { Check, CheckResult } from './conformance/check.js';
export type { Deviation } from './conformance/deviation.js';
export {
  checkConformance,
  type ConformanceOptions,
  type ConformanceReport,
  type Progress,
} from './conformance/conformance.js';
export { createDriver, type Driver } from './driver.js';
export { PoolError } from './host/pool-marker.js';
export { OptionError } from './options/option-error.js';
export type { Options, OptionsInput } from './options.js';
export { MountRightError } from './right-to-mount.js';
export { ListenError } from './server/listener.js';
export { StateDirectoryError } from './state-directory.js';
export { StoreError } from './store/store.js';
