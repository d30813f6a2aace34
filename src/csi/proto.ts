import type { ProtoGrpcType } from './generated/csi.js';
import { loaded } from './generated/loaded.js';

const { Identity, Controller, Node }: ProtoGrpcType['csi']['v1'] = loaded.csi.v1;

/**
 * The services of CSI v1.5 on the wire: `csi.Node.service` is the definition that a server registers
 * handlers for, `new csi.Node(address, credentials)` a client with callbacks.
 */
export const csi = { Identity, Controller, Node };
