import type { handleUnaryCall } from '@grpc/grpc-js';

/** What a handler knows of its call beside the request. */
export interface Call {
  /** Aborts when the caller cancels or its deadline passes. */
  readonly signal: AbortSignal;
  /** Adds a line to the log under this call's method and ids. Never pass secrets or mount flags. */
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  /** Ends the connection that the call came on, and with it every call on it, without a word. */
  drop(): void;
}

/** Answers one RPC; refuses by throwing a StatusError. */
export type Handler<Request, Response> = (
  request: Request,
  call: Call,
) => Response | Promise<Response>;

/** The promise handlers of a service, by RPC name, from its generated grpc-js handler type. */
export type Handlers<Service> = {
  readonly [
    Rpc in keyof Service as string extends Rpc ? never : Rpc
  ]: Service[Rpc] extends handleUnaryCall<infer Request, infer Response>
    ? Handler<Request, Response>
    : never;
};
