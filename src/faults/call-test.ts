import type { CallSubject } from './call-subject.js';
import type { CallPattern } from './fault-rule.js';
import { someAt } from './field-path.js';
import { textTest } from './text-pattern.js';

/** Whether a rule is meant for a call of one of its RPCs. Compiled once; costs next to nothing a call. */
export function callTest({ volume, node, request }: CallPattern): (call: CallSubject) => boolean {
  const isVolume = volume && textTest(volume);
  const isNode = node && textTest(node);
  const conditions = request.map(({ path, pattern }) => ({ path, test: textTest(pattern) }));
  return (call) =>
    (isNode === undefined || (call.nodeId !== undefined && isNode(call.nodeId))) &&
    (isVolume === undefined || call.volumeNames.some(isVolume)) &&
    conditions.every(({ path, test }) => someAt(call.request, path, test));
}
