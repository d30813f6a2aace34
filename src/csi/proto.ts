import { loadPackageDefinition, type GrpcObject } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { ProtoGrpcType } from './generated/csi.js';
import { descriptor, options } from './generated/descriptor.js';

type Loaded = GrpcObject & ProtoGrpcType;

// The one assertion that types need: both sides are generated from proto/csi.proto together.
const loaded = loadPackageDefinition(fromJSON(descriptor, options)) as Loaded;

/**
 * CSI v1.5 on the wire: `csi.Node.service` is the definition that a server registers handlers for,
 * `new csi.Node(address, credentials)` a client with callbacks.
 */
export const csi: Pick<ProtoGrpcType['csi']['v1'], 'Identity' | 'Controller' | 'Node'> =
  loaded.csi.v1;
