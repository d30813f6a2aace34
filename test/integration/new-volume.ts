import { randomUUID } from 'node:crypto';
import type { Client } from '../../src/csi/client.js';
import type { CreateVolumeRequest } from '../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import type { Volume__Output } from '../../src/csi/generated/csi/v1/Volume.js';
import { mountCapability } from './test-volume.js';

/** The request for a volume of SINGLE_NODE_WRITER with a name of its own, but for what `changed` names. */
export function createRequest(changed: CreateVolumeRequest = {}): CreateVolumeRequest {
  return {
    name: randomUUID(),
    volume_capabilities: [mountCapability('SINGLE_NODE_WRITER')],
    ...changed,
  };
}

/** Creates a volume and answers what CreateVolume says of it. */
export async function newVolume(
  { controller }: Client,
  changed?: CreateVolumeRequest,
): Promise<Volume__Output> {
  const { volume } = await controller.CreateVolume(createRequest(changed));
  if (volume === null) throw new Error('CreateVolume answered without a volume');
  return volume;
}
