import { knownModes, volumeCapabilities } from '../../csi/capability-field.js';
import { map } from '../../csi/field.js';
import type { ControllerHandlers } from '../../csi/generated/csi/v1/Controller.js';
import type { GetCapacityRequest__Output as WireRequest } from '../../csi/generated/csi/v1/GetCapacityRequest.js';
import type { Handlers } from '../../csi/handler.js';
import { sizeBounds, sizesOf } from '../../model/capacity.js';
import { without } from '../../model/equality.js';
import { decideFormat, type Format } from '../../model/format.js';
import { isKubernetesKey } from '../../model/kubernetes-key.js';
import { isIn } from '../../model/topology.js';
import type { ControllerDeps } from './deps.js';

type CapacityReport = Pick<Handlers<ControllerHandlers>, 'GetCapacity'>;

/** The RPC that tells what room there is for new volumes. */
export function capacityReport(deps: ControllerDeps): CapacityReport {
  const { pool, capacity, sizes, topologies } = deps;

  /** What volumes as asked for are made as; undefined where there can be none. */
  function formatFor(request: WireRequest): Format | undefined {
    const parameters = capacity.read(
      without(map(request.parameters, 'parameters'), isKubernetesKey),
    );
    const { volume_capabilities: wire, accessible_topology: place } = request;
    const asked =
      wire.length === 0 ? [] : volumeCapabilities(wire, 'volume_capabilities', knownModes(deps));
    const segments = map(place?.segments ?? {}, 'accessible_topology.segments');
    if (topologies.length > 0 && !isIn(segments, topologies)) return undefined;
    const verdict = decideFormat(asked, parameters);
    return verdict.answer === 'OK' ? verdict.format : undefined;
  }

  async function freeSpace(): Promise<bigint> {
    const { bavail, bsize } = await pool.space();
    return BigInt(bavail) * BigInt(bsize);
  }

  return {
    async GetCapacity(request) {
      const format = formatFor(request);
      if (format === undefined) {
        return { available_capacity: '0', maximum_volume_size: { value: '0' } };
      }
      // Free space bounds no volume: it takes room only as it is written to.
      const simulated = capacity.available(without(request.parameters, isKubernetesKey));
      const { least, largest } = sizeBounds(sizesOf(format, sizes), simulated);
      return {
        available_capacity: String(simulated ?? (await freeSpace())),
        maximum_volume_size: largest === undefined ? null : { value: String(largest) },
        minimum_volume_size: least > 1n ? { value: String(least) } : null,
      };
    },
  };
}
