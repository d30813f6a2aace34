import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parsed, ROOT, type Manifest } from './manifest.js';

/** Tests that build skip themselves visibly without kustomize. */
export const hasKustomize = spawnSync('kustomize', ['version']).status === 0;

/** The directories of the three shapes. */
export const OVERLAYS = ['all-in-one', 'split', 'distributed'] as const;

/** The kinds that the driver runs as. */
export const WORKLOADS: readonly string[] = ['StatefulSet', 'DaemonSet'];

/** What kustomize makes of a directory, absolute or below deploy/. Throws with what it says when it does not build. */
export function built(directory: string): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync(
    'kustomize',
    ['build', resolve(ROOT, 'deploy', directory)],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0 || stderr !== '') throw new Error(`kustomize build ${directory}: ${stderr}`);
  return parsed(directory, stdout);
}
