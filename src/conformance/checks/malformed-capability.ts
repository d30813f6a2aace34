import type { VolumeCapability } from '../../csi/generated/csi/v1/VolumeCapability.js';

/** A capability that no request may have, by what is wrong with it. */
export interface MalformedCapability {
  readonly name: string;
  readonly capability: VolumeCapability;
}

// The generated types know no other modes than the spec's; an integer is what a newer CO would send.
const UNHEARD_OF: VolumeCapability = JSON.parse('{ "mount": {}, "access_mode": { "mode": 99 } }');

/** Every way to leave out, or to make up, a required part of a capability (spec: "CreateVolume"). */
export const MALFORMED_CAPABILITIES: readonly MalformedCapability[] = [
  { name: 'no-access-mode', capability: { mount: {} } },
  { name: 'unknown-mode', capability: { mount: {}, access_mode: { mode: 'UNKNOWN' } } },
  { name: 'unheard-of-mode', capability: UNHEARD_OF },
  { name: 'no-access-type', capability: { access_mode: { mode: 'SINGLE_NODE_WRITER' } } },
];
