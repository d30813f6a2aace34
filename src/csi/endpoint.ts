import { resolve } from 'node:path';

/** The longest path of a unix socket on Linux, in bytes; Node.js cuts longer ones without a word. */
export const SOCKET_PATH_BYTES = 107;

/** An address that is no unix socket's. The message says what was expected. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

/**
 * The absolute path of the socket that a CSI endpoint names: `unix:///csi/csi.sock`,
 * `unix:/csi/csi.sock` or the bare path; a relative one counts from the working directory
 * (spec: "CSI_ENDPOINT"). Throws an EndpointError for everything else.
 */
export function socketPathOf(endpoint: string): string {
  const path = withoutScheme(endpoint);
  if (path === '') throw new EndpointError(`expected ${EXAMPLE}, got ${quoted(endpoint)}`);
  if (path.includes('\0')) {
    throw new EndpointError(`expected a path without NUL characters, got ${quoted(endpoint)}`);
  }
  const absolute = resolve(path);
  const bytes = Buffer.byteLength(absolute);
  if (bytes > SOCKET_PATH_BYTES) {
    throw new EndpointError(
      `expected the path of a socket in at most ${SOCKET_PATH_BYTES} bytes, the kernel's limit, got ${bytes}: ${quoted(absolute)}`,
    );
  }
  return absolute;
}

const EXAMPLE = 'the address of a unix socket, such as unix:///csi/csi.sock';

function withoutScheme(endpoint: string): string {
  const [all, scheme] = /^([a-z][a-z0-9+.-]*):(?:\/\/)?/i.exec(endpoint) ?? [''];
  if (scheme === undefined) return endpoint;
  if (scheme.toLowerCase() === 'unix') return endpoint.slice(all.length);
  throw new EndpointError(
    `expected ${EXAMPLE}, got ${quoted(endpoint)}: a CSI endpoint is always a unix socket`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
