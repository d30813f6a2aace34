import type { EndedCall } from '../../src/csi/ended-call.js';
import { WIRE_METHODS } from '../../src/csi/wire-method.js';

/** A call as the server tells of it; its messages are sent and read as on the wire. */
export function endedCall(
  path: string,
  request: object = {},
  given: Partial<EndedCall> & { readonly response?: object } = {},
): EndedCall {
  const wire = WIRE_METHODS.get(path)?.wire;
  const { response } = given;
  return {
    path,
    begunAt: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    ms: 1.5,
    code: 'OK',
    message: '',
    request,
    requestBytes: wire?.requestSerialize(request),
    responseBytes: response === undefined ? undefined : wire?.responseSerialize(response),
    ...given,
    response,
  };
}

export const PUBLISH = '/csi.v1.Node/NodePublishVolume';
export const PROBE = '/csi.v1.Identity/Probe';
export const DELETE = '/csi.v1.Controller/DeleteVolume';
export const CREATE = '/csi.v1.Controller/CreateVolume';
