import type { NodeHandlers } from '../../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../csi/handler.js';
import { advertised } from '../advertised.js';
import { refusingDiskTrouble } from '../disk-trouble.js';
import type { NodeDeps } from './deps.js';
import { publishing } from './publishing.js';
import { staging } from './staging.js';
import { volumeSize } from './volume-size.js';

/** The Node service (spec: "Node Service RPC"): the RPCs of the capabilities that it advertises. */
export function nodeService(deps: NodeDeps): Partial<Handlers<NodeHandlers>> {
  const all = refusingDiskTrouble({
    ...staging(deps),
    ...publishing(deps),
    ...volumeSize(deps),
    ...information(deps),
  });
  return advertised(
    all,
    [
      ['NodeStageVolume', 'STAGE_UNSTAGE_VOLUME'],
      ['NodeUnstageVolume', 'STAGE_UNSTAGE_VOLUME'],
      ['NodeGetVolumeStats', 'GET_VOLUME_STATS', 'VOLUME_CONDITION'],
      ['NodeExpandVolume', 'EXPAND_VOLUME'],
    ],
    deps.capabilities,
  );
}

type Information = Pick<Handlers<NodeHandlers>, 'NodeGetCapabilities' | 'NodeGetInfo'>;

/** The RPCs that every node has. */
function information(deps: NodeDeps): Information {
  return {
    NodeGetCapabilities() {
      return { capabilities: [...deps.capabilities].map((type) => ({ rpc: { type } })) };
    },

    NodeGetInfo() {
      const { nodeId, maxVolumes, topology } = deps.node;
      return {
        node_id: nodeId,
        max_volumes_per_node: String(maxVolumes),
        accessible_topology: topology === null ? null : { segments: topology },
      };
    },
  };
}
