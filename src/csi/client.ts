import { Client as GrpcClient, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { codeName } from './code.js';
import { socketPathOf } from './endpoint.js';
import type { ControllerDefinition } from './generated/csi/v1/Controller.js';
import type { IdentityDefinition } from './generated/csi/v1/Identity.js';
import type { NodeDefinition } from './generated/csi/v1/Node.js';
import { csi } from './proto.js';
import { StatusError } from './status.js';

export interface CallOptions {
  /** Milliseconds from now; without it a call waits for ever. */
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

/** Resolves with the response or rejects with a StatusError. */
export type Call<Request, Response> = (
  request: Request,
  options?: CallOptions,
) => Promise<Response>;

/** The RPCs of a service by name, from its generated definition. */
export type Calls<Definition> = {
  readonly [
    Name in keyof Definition as string extends Name ? never : Name
  ]: Definition[Name] extends Rpc<infer Request, infer Response> ? Call<Request, Response> : never;
};

interface Rpc<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** A CO's side of the CSI, over one connection. */
export interface Client {
  readonly identity: Calls<IdentityDefinition>;
  readonly controller: Calls<ControllerDefinition>;
  readonly node: Calls<NodeDefinition>;
  /** Resolves once somebody answers at the endpoint; UNAVAILABLE when nobody has within `ms`. */
  waitForReady(ms: number): Promise<void>;
  close(): void;
}

/** The connection is made at the first call. Throws an EndpointError. */
export function connect(endpoint: string): Client {
  const path = socketPathOf(endpoint);
  const client = new GrpcClient(`unix:${path}`, credentials.createInsecure(), {
    'grpc.enable_channelz': 0,
    // Other clients in this process share neither the connection nor its back-off.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1000,
  });
  const identity = csi.Identity.service;
  const controller = csi.Controller.service;
  const node = csi.Node.service;
  return {
    identity: {
      GetPluginInfo: call(client, identity.GetPluginInfo),
      GetPluginCapabilities: call(client, identity.GetPluginCapabilities),
      Probe: call(client, identity.Probe),
    },
    controller: {
      CreateVolume: call(client, controller.CreateVolume),
      DeleteVolume: call(client, controller.DeleteVolume),
      ControllerPublishVolume: call(client, controller.ControllerPublishVolume),
      ControllerUnpublishVolume: call(client, controller.ControllerUnpublishVolume),
      ValidateVolumeCapabilities: call(client, controller.ValidateVolumeCapabilities),
      ListVolumes: call(client, controller.ListVolumes),
      GetCapacity: call(client, controller.GetCapacity),
      ControllerGetCapabilities: call(client, controller.ControllerGetCapabilities),
      CreateSnapshot: call(client, controller.CreateSnapshot),
      DeleteSnapshot: call(client, controller.DeleteSnapshot),
      ListSnapshots: call(client, controller.ListSnapshots),
      ControllerExpandVolume: call(client, controller.ControllerExpandVolume),
      ControllerGetVolume: call(client, controller.ControllerGetVolume),
    },
    node: {
      NodeStageVolume: call(client, node.NodeStageVolume),
      NodeUnstageVolume: call(client, node.NodeUnstageVolume),
      NodePublishVolume: call(client, node.NodePublishVolume),
      NodeUnpublishVolume: call(client, node.NodeUnpublishVolume),
      NodeGetVolumeStats: call(client, node.NodeGetVolumeStats),
      NodeExpandVolume: call(client, node.NodeExpandVolume),
      NodeGetCapabilities: call(client, node.NodeGetCapabilities),
      NodeGetInfo: call(client, node.NodeGetInfo),
    },
    waitForReady: (ms) =>
      new Promise((resolve, reject) => {
        client.waitForReady(Date.now() + ms, (error) => {
          if (error === undefined) return resolve();
          return reject(new StatusError('UNAVAILABLE', `nobody answers at ${path} after ${ms} ms`));
        });
      }),
    close: () => client.close(),
  };
}

function call<Request, Response>(
  client: GrpcClient,
  { path, requestSerialize, responseDeserialize }: Rpc<Request, Response>,
): Call<Request, Response> {
  return (request, { deadlineMs, signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        return reject(new StatusError('CANCELLED', 'cancelled before it began'));
      }
      const ongoing = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error === null && response !== undefined) return resolve(response);
          return reject(refusalOf(error));
        },
      );
      const cancel = (): void => ongoing.cancel();
      return signal?.addEventListener('abort', cancel);
    });
}

function refusalOf(error: ServiceError | null): StatusError {
  const code = codeName(error?.code ?? status.UNKNOWN);
  return new StatusError(code === 'OK' ? 'UNKNOWN' : code, error?.details ?? 'no response');
}
