import { pathToFileURL } from 'node:url';
import { didYouMean } from '../options/nearest.js';
import type { Hooks } from './hook.js';

/** Loads an ES module that exports `before(call)`, `after(call, response)` or both. Throws where it does not. */
export async function moduleHooks(path: string): Promise<Hooks> {
  const module: object = await import(pathToFileURL(path).href);
  const before = hook(module, 'before');
  const after = hook(module, 'after');
  if (before === undefined && after === undefined) {
    const [first] = Object.keys(module);
    const hint = first === undefined ? '' : didYouMean(first, ['before', 'after']);
    throw new Error(`expected a module that exports before, after or both${hint}`);
  }
  return {
    hooked: {
      before: before === undefined ? [] : 'all',
      after: after === undefined ? [] : 'all',
    },
    run: async (point, call, response) =>
      point === 'before' ? await before?.(call) : await after?.(call, response),
  };
}

type Hook = (...values: readonly unknown[]) => unknown;

function hook(module: object, name: 'before' | 'after'): Hook | undefined {
  const found: unknown = Reflect.get(module, name);
  if (found === undefined || isHook(found)) return found;
  throw new Error(`expected the export ${name} to be a function`);
}

function isHook(value: unknown): value is Hook {
  return typeof value === 'function';
}
