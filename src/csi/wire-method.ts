import type { MethodDefinition } from '@grpc/grpc-js';
import { csi } from './proto.js';
import { RPCS, type Rpc } from './rpc.js';

/** An RPC with what turns its messages into bytes and back. */
export interface WireMethod extends Rpc {
  readonly wire: MethodDefinition<object, object>;
}

/** The RPCs of the three services by path: `/csi.v1.Node/NodePublishVolume`. */
export const WIRE_METHODS: ReadonlyMap<string, WireMethod> = new Map(
  [...RPCS.values()].flatMap((rpc) =>
    Object.entries<MethodDefinition<object, object>>(csi[rpc.service].service)
      .filter(([name]) => name === rpc.name)
      .map(([, wire]) => [wire.path, { ...rpc, wire }] as const),
  ),
);
