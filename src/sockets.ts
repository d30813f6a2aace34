import type { Options } from './options.js';

/** A socket of the driver: Identity and these services are served there. */
export interface ServedSocket {
  /** A unix socket, `unix:///csi/csi.sock`. */
  readonly endpoint: string;
  readonly controller: boolean;
  /** The node whose Node service is served there; undefined: none. */
  readonly nodeId: string | undefined;
}

/** What is needed of the options. */
type Serving = Pick<Options, 'endpoint' | 'controllerEndpoint' | 'services' | 'nodeIds'>;

/**
 * Where what is served: all at the endpoint, unless the controller has one of its own. Several nodes have
 * a socket each beside the endpoint: `csi.sock` and `csi.node-1.sock`.
 */
export function socketsOf({
  endpoint,
  controllerEndpoint,
  services,
  nodeIds,
}: Serving): readonly ServedSocket[] {
  const controllerAt = controllerEndpoint === '' ? endpoint : controllerEndpoint;
  const controllers = services.includes('controller')
    ? [{ endpoint: controllerAt, controller: true, nodeId: undefined }]
    : [];
  const nodes = nodeIds.map((nodeId) => ({
    endpoint: nodeIds.length === 1 ? endpoint : ofNode(endpoint, nodeId),
    controller: false,
    nodeId,
  }));
  const [node] = nodes;
  if (node !== undefined && nodes.length === 1 && controllers.length === 1) {
    const together = node.endpoint === controllerAt;
    if (together) return [{ ...node, controller: true }];
  }
  return [...controllers, ...nodes];
}

function ofNode(endpoint: string, nodeId: string): string {
  return `${endpoint.replace(/\.sock$/, '')}.${nodeId}.sock`;
}
