import { NEW_MODES, type Mode } from '../spec-table.js';
import type { Subject } from '../subject.js';

/** Why a driver cannot be tried on a rule, from what it advertises; undefined when it can. */
export type Requirement = (subject: Subject) => string | undefined;

/** A capability of the Controller service, by name of the spec. */
export function needsController(capability: string): Requirement {
  return ({ controllerCapabilities }) =>
    controllerCapabilities.has(capability)
      ? undefined
      : `the Controller service does not advertise ${capability}`;
}

/** What a mode needs of the Controller service. */
export function needsMode(mode: Mode): Requirement {
  return NEW_MODES.includes(mode) ? needsController('SINGLE_NODE_MULTI_WRITER') : () => undefined;
}

export const needsTwoNodes: Requirement = ({ nodes }) => {
  const ids = new Set(nodes.map(({ nodeId }) => nodeId));
  return ids.size > 1 ? undefined : 'there is only one node: give the endpoints of two';
};

/** The first reason of several. */
export function needsAll(...requirements: readonly Requirement[]): Requirement {
  return (subject) => {
    for (const requirement of requirements) {
      const reason = requirement(subject);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}
