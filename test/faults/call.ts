import type { Method } from '../../src/csi/around.js';
import { callSubject, type CallSubject } from '../../src/faults/call-subject.js';

/** The names of the volumes that there are, by id. */
export const NAMES: Readonly<Record<string, string>> = { 'vol-1': 'data', 'vol-2': 'logs' };

/** A call as it comes to the rules, at node-1. */
export function call(service: Method['service'], rpc: string, request: object): CallSubject {
  const method = { service, rpc, path: `/csi.v1.${service}/${rpc}` };
  const at = { nodeId: 'node-1', volumeName: (id: string) => NAMES[id] };
  return callSubject(method, request, at);
}
