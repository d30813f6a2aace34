/** The public interface for programs; the README shows its use. */
export type { Control } from './admin/control.js';
export type { CallFilter } from './calls/call-filter.js';
export type { CallLog, WaitOptions } from './calls/call-log.js';
export type { CallRecord } from './calls/call-record.js';
export type { Check, CheckResult } from './conformance/check.js';
export type { Deviation } from './conformance/deviation.js';
export {
  checkConformance,
  type ConformanceOptions,
  type ConformanceReport,
  type Progress,
} from './conformance/conformance.js';
export { StatusError, type Code } from './csi/status.js';
export { createDriver, type Driver } from './driver.js';
export { FaultRuleError } from './faults/fault-rule-error.js';
export type { FaultRules } from './faults/fault-rules.js';
export type { ListedRule } from './faults/listed-rule.js';
export { RuleFileError } from './faults/rule-file.js';
export { HooksError } from './hooks/hooks-error.js';
export type { HookCall } from './hooks/hook.js';
export { PoolError } from './host/pool-marker.js';
export { OptionError } from './options/option-error.js';
export type { Options, OptionsInput } from './options.js';
export { MountRightError } from './right-to-mount.js';
export { ListenError } from './server/listener.js';
export type { Cleared } from './services/administration/clearing.js';
export type { NodeState, VolumeState } from './services/administration/inventory.js';
export type { ServedSocket } from './sockets.js';
export { StateDirectoryError } from './state-directory.js';
export { StoreError } from './store/store.js';
