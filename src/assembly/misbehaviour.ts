import type { Around } from '../csi/around.js';
import { faultLayer } from '../faults/fault-layer.js';
import { noFaultRules, type FaultRules } from '../faults/fault-rules.js';
import { watchRuleFile, type WatchedFile } from '../faults/rule-file.js';
import { hookLayer } from '../hooks/hook-layer.js';
import { startHookWorker, type HookWorker } from '../hooks/hook-worker.js';
import { libc } from '../host/libc.js';
import type { Log } from '../log.js';
import type { Options } from '../options.js';
import type { Simulations } from '../services/simulations.js';

/** What has the driver do other than it should: fault rules, and hooks. */
export interface Misbehaviour {
  readonly faults: FaultRules;
  /** Loads what the options name. Throws a RuleFileError or a HooksError. */
  begin(): Promise<void>;
  end(): Promise<void>;
  /** What runs around the calls to one node's socket, once it has begun. */
  layers(nodeId: string): readonly Around[];
}

/** `volumeName` knows volumes by their ids. */
export function misbehaviour(
  { faultsFile, hooksFile, hookTimeout }: Options,
  log: Log,
  simulations: Simulations,
  volumeName: (volumeId: string) => string | undefined,
): Misbehaviour {
  const faults = noFaultRules({
    pretence: simulations,
    volumeName,
    outOfTime: (rule) =>
      log.warn({ rule }, 'a regular expression of a fault rule took too long and is switched off'),
  });
  let file: WatchedFile | undefined;
  let hooks: HookWorker | undefined;
  return {
    faults,
    async begin() {
      if (faultsFile !== '') file = watchRuleFile(faultsFile, faults.load, log);
      if (hooksFile !== '') hooks = await startHookWorker(hooksFile, hookTimeout, log);
    },
    async end() {
      file?.stop();
      await hooks?.stop();
    },
    layers: (nodeId) => [
      faultLayer(faults, { nodeId, volumeName, exit: (code) => libc().exitNow(code) }),
      ...(hooks === undefined ? [] : [hookLayer(hooks, nodeId)]),
    ],
  };
}
