import type { ControllerHandlers } from '../../csi/generated/csi/v1/Controller.js';
import type { Handlers } from '../../csi/handler.js';
import { advertised } from '../advertised.js';
import { attaching } from './attaching.js';
import { capacityReport } from './capacity.js';
import type { ControllerDeps } from './deps.js';
import { listing } from './listing.js';
import { provisioning } from './provisioning.js';
import { snapshotting } from './snapshots.js';
import { refusingDiskTrouble } from '../disk-trouble.js';

/**
 * The Controller service (spec: "Controller Service RPC"): the RPCs of the capabilities that it
 * advertises, and the two that every controller has.
 */
export function controllerService(deps: ControllerDeps): Partial<Handlers<ControllerHandlers>> {
  const all = refusingDiskTrouble({
    ...provisioning(deps),
    ...snapshotting(deps),
    ...attaching(deps),
    ...listing(deps),
    ...capacityReport(deps),
  });
  return advertised(
    all,
    [
      ['CreateVolume', 'CREATE_DELETE_VOLUME'],
      ['DeleteVolume', 'CREATE_DELETE_VOLUME'],
      ['ControllerPublishVolume', 'PUBLISH_UNPUBLISH_VOLUME'],
      ['ControllerUnpublishVolume', 'PUBLISH_UNPUBLISH_VOLUME'],
      ['ListVolumes', 'LIST_VOLUMES'],
      ['GetCapacity', 'GET_CAPACITY'],
      ['CreateSnapshot', 'CREATE_DELETE_SNAPSHOT'],
      ['DeleteSnapshot', 'CREATE_DELETE_SNAPSHOT'],
      ['ListSnapshots', 'LIST_SNAPSHOTS'],
      ['ControllerExpandVolume', 'EXPAND_VOLUME'],
      ['ControllerGetVolume', 'GET_VOLUME'],
    ],
    deps.capabilities,
  );
}
