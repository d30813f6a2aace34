import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Client } from '../csi/client.js';
import { outcomeOf } from './outcome.js';

const LOOK_EVERY_MS = 50;

/** One node of the driver under test. */
export interface SubjectNode {
  readonly client: Client;
  /** As its NodeGetInfo tells it; empty when the driver does not say. */
  readonly nodeId: string;
  readonly capabilities: ReadonlySet<string>;
}

/** A driver, and what it says of itself. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  readonly controller: Client;
  /** By name of the spec; empty without a Controller service. */
  readonly controllerCapabilities: ReadonlySet<string>;
  readonly pluginCapabilities: ReadonlySet<string>;
  /** Never empty. */
  readonly nodes: readonly SubjectNode[];
  /** PUBLISH_UNPUBLISH_VOLUME: volumes are controller-published before they are used. */
  readonly attach: boolean;
  /** STAGE_UNSTAGE_VOLUME: volumes are staged before they are published. */
  readonly stage: boolean;
  /** SINGLE_NODE_MULTI_WRITER in the Node service: which table applies. */
  readonly singleNodeMultiWriter: boolean;
  close(): void;
}

export interface Endpoints {
  /** The Controller service. */
  readonly controller: string;
  /** A Node service for each node. */
  readonly nodes: readonly string[];
}

/**
 * Connects and asks what the driver advertises. Rejects with a StatusError when it does not answer
 * within `deadlineMs` a call.
 */
export async function discover(endpoints: Endpoints, deadlineMs: number): Promise<Subject> {
  const clients = new Map<string, Client>();
  const clientOf = (endpoint: string): Client => {
    const client = clients.get(endpoint) ?? connect(endpoint);
    clients.set(endpoint, client);
    return client;
  };
  const close = () => {
    for (const client of clients.values()) client.close();
  };
  try {
    const controller = clientOf(endpoints.controller);
    await untilReady(controller, deadlineMs);
    const { name, vendor_version } = await controller.identity.GetPluginInfo({}, { deadlineMs });
    const plugin = await controller.identity.GetPluginCapabilities({}, { deadlineMs });
    const nodes = await Promise.all(
      endpoints.nodes.map((endpoint) => discoverNode(clientOf(endpoint), deadlineMs)),
    );
    const controllerCapabilities = await controllerCapabilitiesOf(controller, deadlineMs);
    const [first] = nodes;
    return {
      name,
      version: vendor_version,
      controller,
      controllerCapabilities,
      pluginCapabilities: new Set(
        plugin.capabilities.map(({ service, volume_expansion }) =>
          String(service?.type ?? volume_expansion?.type),
        ),
      ),
      nodes,
      attach: controllerCapabilities.has('PUBLISH_UNPUBLISH_VOLUME'),
      stage: first?.capabilities.has('STAGE_UNSTAGE_VOLUME') === true,
      singleNodeMultiWriter: first?.capabilities.has('SINGLE_NODE_MULTI_WRITER') === true,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Waits while the driver says that it starts; a driver that never says more is tried as it is. */
async function untilReady(client: Client, deadlineMs: number): Promise<void> {
  const limit = performance.now() + deadlineMs;
  await client.waitForReady(deadlineMs);
  while (performance.now() < limit) {
    const { ready } = await client.identity.Probe({}, { deadlineMs });
    if (ready?.value !== false) return;
    await sleep(LOOK_EVERY_MS);
  }
}

async function discoverNode(client: Client, deadlineMs: number): Promise<SubjectNode> {
  await untilReady(client, deadlineMs);
  const { capabilities } = await client.node.NodeGetCapabilities({}, { deadlineMs });
  // Needed only with attach; a driver without it may answer UNIMPLEMENTED.
  const info = await client.node.NodeGetInfo({}, { deadlineMs }).catch(() => undefined);
  return {
    client,
    nodeId: info?.node_id ?? '',
    capabilities: new Set(capabilities.map(({ rpc }) => String(rpc?.type))),
  };
}

async function controllerCapabilitiesOf(
  { controller }: Client,
  deadlineMs: number,
): Promise<ReadonlySet<string>> {
  const asked = controller.ControllerGetCapabilities({}, { deadlineMs });
  const { code } = await outcomeOf(asked);
  if (code === 'UNIMPLEMENTED') return new Set();
  const { capabilities } = await asked;
  return new Set(capabilities.map(({ rpc }) => String(rpc?.type)));
}
