import { EndpointError, socketPathOf } from './endpoint.js';

/** An address to listen at, as node:net has it. */
export type ListenAddress =
  { readonly path: string } | { readonly port: number; readonly host?: string };

/** Reads `tcp://:9000`, `tcp://127.0.0.1:9000` or a unix socket; undefined for anything else. */
export function listenAddress(text: string): ListenAddress | undefined {
  const tcp = /^tcp:\/\/(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]*)):([0-9]{1,5})$/.exec(text);
  if (tcp !== null) {
    const [, v6, name = '', digits] = tcp;
    const port = Number(digits);
    const host = v6 ?? name;
    if (port > 65_535) return undefined;
    return host === '' ? { port } : { port, host };
  }
  try {
    return { path: socketPathOf(text) };
  } catch (error) {
    if (error instanceof EndpointError) return undefined;
    throw error;
  }
}
