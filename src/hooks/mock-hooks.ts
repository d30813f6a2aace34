import { readFileSync } from 'node:fs';
import { createContext, Script } from 'node:vm';
import { knownKeys } from '../yaml/known-keys.js';
import { locate, type Blame } from '../yaml/located.js';
import { consoleTo, type LogLine } from './hook-console.js';
import type { HookPoint, Hooks } from './hook.js';

/**
 * The hooks of the mock driver of csi-test: YAML with scripts in JavaScript that share one set of
 * globals. What the last expression of a script comes to is the code of the call, 0 for OK.
 */

/** The RPCs with a script before and one after; a name followed by `Start` or `End` is the key. */
const AT_BOTH_ENDS = [
  'createVolume',
  'deleteVolume',
  'controllerPublishVolume',
  'controllerUnpublishVolume',
  'listVolumes',
  'controllerGetCapabilities',
  'createSnapshot',
  'deleteSnapshot',
  'controllerExpandVolume',
  'nodeStageVolume',
  'nodeUnstageVolume',
  'nodePublishVolume',
  'nodeUnpublishVolume',
  'nodeExpandVolume',
  'nodeGetVolumeStats',
];

/** The RPCs with a script before alone. */
const AT_THE_START = [
  'validateVolumeCapabilities',
  'getCapacity',
  'listSnapshots',
  'nodeGetCapabilities',
  'nodeGetInfo',
];

const KEYS = [
  'globals',
  ...AT_BOTH_ENDS.flatMap((name) => [`${name}Start`, `${name}End`]),
  ...AT_THE_START,
];

/** As the scripts spell the codes, by their numbers, with what gRPC calls them. */
const CODES = [
  ['OK', 'OK'],
  ['CANCELED', 'CANCELLED'],
  ['UNKNOWN', 'UNKNOWN'],
  ['INVALIDARGUMENT', 'INVALID_ARGUMENT'],
  ['DEADLINEEXCEEDED', 'DEADLINE_EXCEEDED'],
  ['NOTFOUND', 'NOT_FOUND'],
  ['ALREADYEXISTS', 'ALREADY_EXISTS'],
  ['PERMISSIONDENIED', 'PERMISSION_DENIED'],
  ['RESOURCEEXHAUSTED', 'RESOURCE_EXHAUSTED'],
  ['FAILEDPRECONDITION', 'FAILED_PRECONDITION'],
  ['ABORTED', 'ABORTED'],
  ['OUTOFRANGE', 'OUT_OF_RANGE'],
  ['UNIMPLEMENTED', 'UNIMPLEMENTED'],
  ['INTERNAL', 'INTERNAL'],
  ['UNAVAILABLE', 'UNAVAILABLE'],
  ['DATALOSS', 'DATA_LOSS'],
  ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
] as const;

/** Reads the file and runs its `globals`. Throws with the line where it is not in this format. */
export function mockHooks(path: string, timeout: number, log: LogLine): Hooks {
  const scripts = new Map<string, Script>();
  for (const [key, code] of readScripts(readFileSync(path, 'utf8'))) {
    scripts.set(key, compiled(key, code));
  }
  const context = createContext({
    ...Object.fromEntries(CODES.map(([name], number) => [name, number])),
    console: consoleTo(log),
  });
  const run = (key: string): unknown => scripts.get(key)?.runInContext(context, { timeout });
  run('globals');
  return {
    hooked: { before: hookedAt('before', scripts), after: hookedAt('after', scripts) },
    async run(point, { method }) {
      const key = keyOf(method, point);
      const value = run(key);
      if (typeof value !== 'number' || !Number.isInteger(value) || value === 0) return;
      const code = CODES[value]?.[1] ?? 'UNKNOWN';
      throw Object.assign(new Error(`hook ${key} came to ${code}`), { code });
    },
  };
}

function readScripts(text: string): readonly (readonly [key: string, code: string])[] {
  const mistakes: string[] = [];
  const blame: Blame = ({ line, column }, message) => {
    mistakes.push(`line ${line}, column ${column}: ${message}`);
    return undefined;
  };
  const root = locate(text, blame);
  const entries = root && knownKeys(root, KEYS, 'scripts by the names of the hooks', blame);
  const scripts = [...(entries ?? [])].map(([key, value]) =>
    value.kind === 'scalar'
      ? ([key, value.text] as const)
      : blame(value.at, `${key}: expected a script as text`),
  );
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return scripts.filter((each) => each !== undefined);
}

function compiled(key: string, code: string): Script {
  try {
    return new Script(code, { filename: key });
  } catch (error) {
    throw new Error(`${key}: ${error instanceof Error ? error.message : 'is no script'}`, {
      cause: error,
    });
  }
}

function hookedAt(point: HookPoint, scripts: ReadonlyMap<string, Script>): string[] {
  return [...AT_BOTH_ENDS, ...AT_THE_START]
    .map((name) => `${name[0]?.toUpperCase()}${name.slice(1)}`)
    .filter((method) => scripts.has(keyOf(method, point)));
}

function keyOf(method: string, point: HookPoint): string {
  const name = `${method[0]?.toLowerCase()}${method.slice(1)}`;
  if (AT_THE_START.includes(name)) return point === 'before' ? name : '';
  return name + (point === 'before' ? 'Start' : 'End');
}
