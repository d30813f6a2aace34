import {
  Client as GrpcClient,
  credentials,
  status,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
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

/** The RPCs of a service by name. Each resolves with the response or rejects with a StatusError. */
export type Calls<Definition> = {
  readonly [Rpc in keyof Definition as string extends Rpc ? never : Rpc]: Definition[Rpc] extends {
    requestSerialize(request: infer Request): Buffer;
    responseDeserialize(bytes: Buffer): infer Response;
  }
    ? (request: Request, options?: CallOptions) => Promise<Response>
    : never;
};

/** A CO's side of the CSI, over one connection. */
export interface Client {
  readonly identity: Calls<IdentityDefinition>;
  readonly controller: Calls<ControllerDefinition>;
  readonly node: Calls<NodeDefinition>;
  /** Resolves once somebody answers at the endpoint; UNAVAILABLE when nobody has within `ms`. */
  waitForReady(ms: number): Promise<void>;
  close(): void;
}

/** Never rejects nor waits: the connection is made at the first call. Throws an EndpointError. */
export function connect(endpoint: string): Client {
  const path = socketPathOf(endpoint);
  const client = new GrpcClient(`unix:${path}`, credentials.createInsecure(), {
    'grpc.enable_channelz': 0,
    // The retries of a CO are its own.
    'grpc.enable_retries': 0,
    // A connection and its back-off are not shared with other clients of this process.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1000,
  });
  return {
    identity: callsOf<IdentityDefinition>(client, csi.Identity.service),
    controller: callsOf<ControllerDefinition>(client, csi.Controller.service),
    node: callsOf<NodeDefinition>(client, csi.Node.service),
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

function callsOf<Definition extends ServiceDefinition>(
  client: GrpcClient,
  definition: Definition,
): Calls<Definition> {
  const calls = Object.entries(definition).map(
    ([name, method]) => [name, callOf(client, method)] as const,
  );
  return Object.fromEntries(calls) as Calls<Definition>;
}

function callOf<Request, Response>(
  client: GrpcClient,
  method: MethodDefinition<Request, Response>,
): (request: Request, options?: CallOptions) => Promise<Response> {
  return (request, { deadlineMs, signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        return reject(new StatusError('CANCELLED', 'cancelled before it began'));
      }
      const call = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error === null && response !== undefined) return resolve(response);
          return reject(refusalOf(error));
        },
      );
      const cancel = (): void => call.cancel();
      return signal?.addEventListener('abort', cancel);
    });
}

function refusalOf(error: ServiceError | null): StatusError {
  const code = codeName(error?.code ?? status.UNKNOWN);
  return new StatusError(code === 'OK' ? 'UNKNOWN' : code, error?.details ?? 'no response');
}
