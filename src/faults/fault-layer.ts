import type { Around, Method } from '../csi/around.js';
import type { Call } from '../csi/handler.js';
import { act } from './acting.js';
import { callSubject, type Whereabouts } from './call-subject.js';
import type { ActingRules, RulesOfRpc } from './fault-rules.js';
import { withValueAt } from './field-path.js';

/** What acting takes beside the rules. */
export interface FaultSite extends Whereabouts {
  /** Ends the process at once, with nothing cleaned up. */
  readonly exit: (code: number) => void;
}

/** Has the rules act on the calls of one node's socket. Without rules for a call it costs one look-up. */
export function faultLayer(rules: Pick<ActingRules, 'of'>, site: FaultSite): Around {
  return (method, request, call, next) => {
    const found = rules.of(method.rpc);
    return found === undefined
      ? next(request)
      : underRules(found, { method, request, call, next }, site);
  };
}

interface Asked {
  readonly method: Method;
  readonly request: object;
  readonly call: Call;
  readonly next: (request: object) => Promise<object>;
}

/** From top to bottom; the first rule that ends the call is the last that sees it. */
async function underRules(
  { before, after }: RulesOfRpc,
  { method, request, call, next }: Asked,
  site: FaultSite,
): Promise<object> {
  const asked = callSubject(method, request, site);
  for (const rule of before.candidates(asked)) {
    const firing = rule.take(asked);
    if (firing !== undefined) await act(rule, firing, call, site.exit);
  }
  // Read while the volume is there.
  if (after.all.length > 0) void asked.volumeNames;
  let response = await next(request);
  const done = asked.answered(response);
  for (const rule of after.candidates(done)) {
    const firing = rule.take(done);
    if (firing === undefined) continue;
    await act(rule, firing, call, site.exit);
    for (const { path, value } of rule.is.response) response = withValueAt(response, path, value);
  }
  return response;
}
