import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** The checkout. */
export const ROOT = join(fileURLToPath(new URL('.', import.meta.url)), '../../..');

/** A Kubernetes object, or a part of one that kustomize makes an object of. */
export interface Manifest {
  /** Where it is from, for messages. */
  readonly file: string;
  readonly content: unknown;
}

/** A container of whatever kind of workload. */
export interface Container {
  /** File, object and container, for messages. */
  readonly title: string;
  readonly name: string;
  /** Empty: the manifest only adds to a container that another one has. */
  readonly image: string;
  readonly args: readonly string[];
}

/** All YAML files below a directory of the checkout, its parts in their order. */
export function manifestsIn(directory: string): readonly Manifest[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => {
      const file = join(ROOT, directory, name);
      return parsed(relative(ROOT, file), readFileSync(file, 'utf8'));
    });
}

/** The objects in a text, which must be YAML. */
export function parsed(file: string, text: string): readonly Manifest[] {
  return parseAllDocuments(text, { merge: true }).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${file}: ${error.message}`);
    return { file, content: document.toJS() };
  });
}

/** What is at the end of a path of keys, undefined where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.entries(found).find(([name]) => name === String(key))?.[1];
  }
  return found;
}

/** A list, empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A text or number, empty where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

export function isOf(kind: string): (manifest: Manifest) => boolean {
  return ({ content }) => at(content, 'kind') === kind;
}

/** The containers of a manifest, at whatever depth: of Pods, templates, templates of jobs. */
export function containersOf({ file, content }: Manifest): readonly Container[] {
  const object = `${file}: ${textAt(content, 'kind')} ${textAt(content, 'metadata', 'name')}`;
  return partsOf(content).flatMap((part) =>
    [...listAt(part, 'containers'), ...listAt(part, 'initContainers')].map((container) => {
      const name = textAt(container, 'name');
      return {
        title: `${object}, ${name}`,
        name,
        image: textAt(container, 'image'),
        args: listAt(container, 'args').map(String),
      };
    }),
  );
}

/** A value and everything in it. */
export function partsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(partsOf)];
}
