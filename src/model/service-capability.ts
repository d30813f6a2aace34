/** What a controller service can advertise (spec: "ControllerGetCapabilities"), as far as the driver goes. */
export const CONTROLLER_CAPABILITIES = [
  'CREATE_DELETE_VOLUME',
  'PUBLISH_UNPUBLISH_VOLUME',
  'LIST_VOLUMES',
  'GET_CAPACITY',
  'CREATE_DELETE_SNAPSHOT',
  'LIST_SNAPSHOTS',
  'CLONE_VOLUME',
  'PUBLISH_READONLY',
  'EXPAND_VOLUME',
  'LIST_VOLUMES_PUBLISHED_NODES',
  'VOLUME_CONDITION',
  'GET_VOLUME',
  'SINGLE_NODE_MULTI_WRITER',
] as const;

export type ControllerCapability = (typeof CONTROLLER_CAPABILITIES)[number];

/** What a node service can advertise (spec: "NodeGetCapabilities"), as far as the driver goes. */
export const NODE_CAPABILITIES = [
  'STAGE_UNSTAGE_VOLUME',
  'GET_VOLUME_STATS',
  'EXPAND_VOLUME',
  'VOLUME_CONDITION',
  'SINGLE_NODE_MULTI_WRITER',
] as const;

/** VOLUME_MOUNT_GROUP has an option of its own: it changes what a volume's files belong to. */
export type NodeCapability = (typeof NODE_CAPABILITIES)[number] | 'VOLUME_MOUNT_GROUP';

/** Capabilities that say something about the RPCs of others and mean nothing without them. */
const RESTS_ON: Partial<Record<ControllerCapability, readonly ControllerCapability[]>> = {
  CLONE_VOLUME: ['CREATE_DELETE_VOLUME'],
  PUBLISH_READONLY: ['PUBLISH_UNPUBLISH_VOLUME'],
  LIST_VOLUMES_PUBLISHED_NODES: ['LIST_VOLUMES', 'PUBLISH_UNPUBLISH_VOLUME'],
};

/** All controller capabilities but `dropped` and those that rest on a dropped one, in the spec's order. */
export function controllerCapabilitiesWithout(
  dropped: readonly ControllerCapability[],
): readonly ControllerCapability[] {
  return CONTROLLER_CAPABILITIES.filter(
    (capability) =>
      ![capability, ...(RESTS_ON[capability] ?? [])].some((needed) => dropped.includes(needed)),
  );
}

/** All node capabilities but `dropped`, and VOLUME_MOUNT_GROUP if it is wanted, in the spec's order. */
export function nodeCapabilitiesWithout(
  dropped: readonly NodeCapability[],
  { volumeMountGroup = false }: { readonly volumeMountGroup?: boolean } = {},
): readonly NodeCapability[] {
  const kept = NODE_CAPABILITIES.filter((capability) => !dropped.includes(capability));
  return volumeMountGroup ? [...kept, 'VOLUME_MOUNT_GROUP'] : kept;
}
