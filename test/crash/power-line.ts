import type { Client } from '../../src/csi/client.js';
import { StatusError } from '../../src/csi/status.js';

/** A client on the machine whose power is going to fail. */
export interface PowerLine {
  readonly client: Client;
  /** From here on no call is answered: UNAVAILABLE. */
  cut(): void;
}

/**
 * The power of a disk is cut, but its driver lives on for a moment, and says what no machine without power
 * says: a flush that began before the cut may end well after it, though nothing was written (jbd2 takes a
 * transaction that it has given up for one that is done). Whoever hears that would hold it for a promise.
 */
export function powerLine(client: Client): PowerLine {
  const { identity, controller, node } = client;
  let isCut = false;
  const until = <Service extends object>(service: Service): Service =>
    new Proxy(service, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...given: unknown[]) => {
          const answer: unknown = await Reflect.apply(method, target, given);
          if (isCut) throw new StatusError('UNAVAILABLE', 'the power has failed');
          return answer;
        };
      },
    });
  return {
    client: {
      ...client,
      identity: until(identity),
      controller: until(controller),
      node: until(node),
    },
    cut() {
      isCut = true;
    },
  };
}
