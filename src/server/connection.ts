import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { property } from '../csi/message-type.js';

/**
 * Ends the connection of a stream at once, with every call on it. grpc-js keeps the connection to
 * itself, so this looks where it keeps it; without it there nothing happens.
 */
export function dropConnection(stream: ServerInterceptingCallInterface): void {
  const session = property(property(stream, 'stream'), 'session');
  if (isDestroyable(session)) session.destroy();
}

function isDestroyable(value: unknown): value is { destroy(): void } {
  return typeof property(value, 'destroy') === 'function';
}
