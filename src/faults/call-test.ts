import type { CallSubject } from './call-subject.js';
import type { CallPattern } from './fault-rule.js';
import { textsAt } from './field-path.js';
import { textTest, type TextTest } from './text-pattern.js';

/**
 * Whether a rule is meant for a call of one of its RPCs. Compiled once; costs next to nothing a call.
 * `outOfTime` is told of expressions that are switched off.
 */
export function callTest(
  { volume, node, request }: CallPattern,
  outOfTime: () => void,
): (call: CallSubject) => boolean {
  const isVolume = volume && textTest(volume, outOfTime);
  const isNode = node && textTest(node, outOfTime);
  const conditions = request.map(({ path, pattern }) => ({
    path,
    test: textTest(pattern, outOfTime),
  }));
  return (call) => {
    if (isNode !== undefined && (call.nodeId === undefined || !isNode(call.nodeId))) return false;
    if (isVolume !== undefined && !some(call.volumeNames, isVolume)) return false;
    return conditions.every(({ path, test }) => some(textsAt(call.request, path), test));
  };
}

/** A loop: with many rules, `Array.some` takes longer than the tests. */
function some(texts: readonly string[], test: TextTest): boolean {
  for (let index = 0; index < texts.length; index += 1) {
    if (test(texts[index] ?? '')) return true;
  }
  return false;
}
