import type { Prerequisite } from './prerequisite.js';
import { NEW_MODES, type Mode } from './spec-table.js';

/** That the Controller service advertises a capability. */
export function controllerCapability(name: string): Prerequisite {
  return ({ controllerCapabilities }) =>
    controllerCapabilities.has(name)
      ? undefined
      : `the Controller service does not advertise ${name}`;
}

/** That the Controller service knows a mode. */
export function controllerMode(mode: Mode): Prerequisite {
  return NEW_MODES.has(mode) ? controllerCapability('SINGLE_NODE_MULTI_WRITER') : () => undefined;
}

/** That there are two nodes, each with an id. */
export const twoNodes: Prerequisite = ({ nodes }) => {
  const ids = new Set(nodes.map(({ nodeId }) => nodeId).filter((id) => id !== ''));
  return ids.size > 1 ? undefined : 'it takes two nodes with an id each: give both endpoints';
};

/** All of these; the first that fails is the reason. */
export function allOf(...prerequisites: readonly Prerequisite[]): Prerequisite {
  return (subject) => {
    for (const prerequisite of prerequisites) {
      const reason = prerequisite(subject);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}
