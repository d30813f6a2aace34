import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

let loaded: typeof Yaml | undefined;

/** The parser, loaded when something is to be read: it would make every start a tenth longer. */
export function parser(): typeof Yaml {
  return (loaded ??= load());
}

function load(): typeof Yaml {
  const yaml: typeof Yaml = createRequire(import.meta.url)('yaml');
  return yaml;
}
