import { connect, type Client } from '../src/csi/client.js';

/** A driver that is measured. */
export interface Subject {
  readonly name: string;
  readonly pid: number | undefined;
  readonly client: Client;
  readonly nodeId: string;
  /** Which of the calls that a plugin may leave out a volume's life has, for all that are compared. */
  readonly steps: Steps;
  /** A directory of its own for staging and target paths. */
  readonly directory: string;
}

export interface Steps {
  readonly attach: boolean;
  readonly stage: boolean;
}

/** Finds out from a driver's capabilities which calls a volume needs there. */
export async function stepsOf(endpoint: string): Promise<Steps> {
  const { controller, node, close } = connect(endpoint);
  try {
    const controls = await controller.ControllerGetCapabilities({});
    const nodes = await node.NodeGetCapabilities({});
    return {
      attach: controls.capabilities.some(({ rpc }) => rpc?.type === 'PUBLISH_UNPUBLISH_VOLUME'),
      stage: nodes.capabilities.some(({ rpc }) => rpc?.type === 'STAGE_UNSTAGE_VOLUME'),
    };
  } finally {
    close();
  }
}

/** The options with which our driver needs the same calls. */
export function optionsFor({ attach, stage }: Steps): string[] {
  return [
    `--attach=${attach}`,
    ...(stage ? [] : ['--without-node-capability=STAGE_UNSTAGE_VOLUME']),
  ];
}

/** Connects to a driver that runs. The connection is the caller's to close. */
export async function subjectAt(
  given: Omit<Subject, 'client' | 'nodeId'> & { readonly endpoint: string },
): Promise<Subject> {
  const { endpoint, ...rest } = given;
  const client = connect(endpoint);
  try {
    const { node_id } = await client.node.NodeGetInfo({});
    return { ...rest, client, nodeId: node_id };
  } catch (error) {
    client.close();
    throw error;
  }
}
