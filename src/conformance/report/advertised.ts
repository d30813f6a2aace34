import type { ConformanceReport } from '../conformance.js';

/** What the driver advertises, in lines of a name and a list; `none` for an empty one. */
export function advertisedLines({
  advertised: { controller, nodes, plugin },
}: ConformanceReport): readonly (readonly [name: string, list: string])[] {
  const several = nodes.length > 1;
  return [
    ['plugin', listed(plugin)],
    ['controller', listed(controller)],
    ...nodes.map((node, index) => [several ? `node ${index + 1}` : 'node', listed(node)] as const),
  ];
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map(named).join(', ');
}

/** A number is what this version of the interface has no name for. */
function named(name: string): string {
  return /^[0-9]+$/.test(name) ? `${name} (newer than v1.5)` : name;
}
