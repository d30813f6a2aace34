import type { MethodDefinition } from '@grpc/proto-loader';
import type { CapacityRange__Output } from '../../../src/csi/generated/csi/v1/CapacityRange.js';
import type { Topology__Output } from '../../../src/csi/generated/csi/v1/Topology.js';
import type { VolumeCapability__Output } from '../../../src/csi/generated/csi/v1/VolumeCapability.js';
import type { VolumeCondition__Output } from '../../../src/csi/generated/csi/v1/VolumeCondition.js';
import type { Volume__Output } from '../../../src/csi/generated/csi/v1/Volume.js';
import { choice, entry, flag, int64, message, text, type Field } from '../wire.js';

/** A message twice: field by field as numbers on the wire, and as the value that a handler sees. */
export interface Sample<Value> {
  readonly wire: readonly Field[];
  readonly value: Value;
}

/** A request and a response for every RPC of a service, with every field set to a non-zero value. */
export type Samples<Service> = {
  readonly [
    Rpc in keyof Service as string extends Rpc ? never : Rpc
  ]: Service[Rpc] extends MethodDefinition<
    infer _Request,
    infer _Response,
    infer Request,
    infer Response
  >
    ? { readonly request: Sample<Request>; readonly response: Sample<Response> }
    : never;
};

export const INT64_MAX = '9223372036854775807';
export const INT64_MIN = '-9223372036854775808';

export const EMPTY: Sample<object> = { wire: [], value: {} };

export const mountCapability: Sample<VolumeCapability__Output> = {
  wire: [
    message(2, text(1, 'ext4'), text(2, 'noatime'), text(2, 'nodev'), text(3, '1000')),
    message(3, choice(1, 6)),
  ],
  value: {
    access_type: 'mount',
    mount: { fs_type: 'ext4', mount_flags: ['noatime', 'nodev'], volume_mount_group: '1000' },
    access_mode: { mode: 'SINGLE_NODE_SINGLE_WRITER' },
  },
};

export const blockCapability: Sample<VolumeCapability__Output> = {
  wire: [message(1), message(3, choice(1, 7))],
  value: {
    access_type: 'block',
    block: {},
    access_mode: { mode: 'SINGLE_NODE_MULTI_WRITER' },
  },
};

export const topology: Sample<Topology__Output> = {
  wire: [entry(1, 'example.com/zone', 'Z1'), entry(1, 'example.com/rack', 'R2')],
  value: { segments: { 'example.com/zone': 'Z1', 'example.com/rack': 'R2' } },
};

export const condition: Sample<VolumeCondition__Output> = {
  wire: [flag(1, true), text(2, 'hot')],
  value: { abnormal: true, message: 'hot' },
};

export const range: Sample<CapacityRange__Output> = {
  wire: [int64(1, INT64_MIN), int64(2, INT64_MAX)],
  value: { required_bytes: INT64_MIN, limit_bytes: INT64_MAX },
};

export const volume: Sample<Volume__Output> = {
  wire: [
    int64(1, INT64_MAX),
    text(2, 'vol-1'),
    entry(3, 'kind', 'fast'),
    message(4, message(2, text(1, 'vol-0'))),
    message(5, ...topology.wire),
  ],
  value: {
    capacity_bytes: INT64_MAX,
    volume_id: 'vol-1',
    volume_context: { kind: 'fast' },
    content_source: { type: 'volume', volume: { volume_id: 'vol-0' } },
    accessible_topology: [topology.value],
  },
};
