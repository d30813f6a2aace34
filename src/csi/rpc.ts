import { loaded } from './generated/loaded.js';
import { messageType, property, type MessageType } from './message-type.js';
import { csi } from './proto.js';

/** A procedure of the interface, as the loaded definition describes it. */
export interface Rpc {
  /** `NodePublishVolume`. */
  readonly name: string;
  readonly service: 'Identity' | 'Controller' | 'Node';
  readonly request: MessageType;
  readonly response: MessageType;
}

/** All RPCs of the three services by name, in the order of the interface. */
export const RPCS: ReadonlyMap<string, Rpc> = new Map(
  (['Identity', 'Controller', 'Node'] as const).flatMap((service) =>
    Object.entries(csi[service].service).map(([name, method]) => {
      const typeOf = (which: 'requestType' | 'responseType'): MessageType =>
        messageType(property(property(method, which), 'type'), lookUp);
      const [request, response] = [typeOf('requestType'), typeOf('responseType')];
      return [name, { name, service, request, response }] as const;
    }),
  ),
);

/** The descriptor of a message of the package, or of another when its name says which. */
function lookUp(name: string): unknown {
  const path = name.startsWith('google.') ? name.split('.') : ['csi', 'v1', name];
  let found: unknown = loaded;
  for (const part of path) found = property(found, part);
  return property(found, 'type');
}
