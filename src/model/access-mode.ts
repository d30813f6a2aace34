/** The access modes of CSI v1.5 (spec: `VolumeCapability.AccessMode.Mode`), UNKNOWN left out. */
export const ACCESS_MODES = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'MULTI_NODE_SINGLE_WRITER',
  'MULTI_NODE_MULTI_WRITER',
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
] as const;

export type AccessMode = (typeof ACCESS_MODES)[number];

/**
 * The modes that a volume supports beside the one it was created with. The driver's own rule: the
 * spec leaves it open. A PersistentVolume that moves from ReadWriteOnce to ReadWriteOncePod keeps
 * its volume, so SINGLE_NODE_WRITER and SINGLE_NODE_MULTI_WRITER must admit
 * SINGLE_NODE_SINGLE_WRITER; the way back would widen the access, so there is none.
 */
const IMPLIED: Readonly<Record<AccessMode, readonly AccessMode[]>> = {
  MULTI_NODE_MULTI_WRITER: ACCESS_MODES,
  MULTI_NODE_SINGLE_WRITER: [
    'MULTI_NODE_READER_ONLY',
    'SINGLE_NODE_WRITER',
    'SINGLE_NODE_SINGLE_WRITER',
    'SINGLE_NODE_MULTI_WRITER',
    'SINGLE_NODE_READER_ONLY',
  ],
  MULTI_NODE_READER_ONLY: ['SINGLE_NODE_READER_ONLY'],
  SINGLE_NODE_MULTI_WRITER: [
    'SINGLE_NODE_WRITER',
    'SINGLE_NODE_SINGLE_WRITER',
    'SINGLE_NODE_READER_ONLY',
  ],
  SINGLE_NODE_WRITER: [
    'SINGLE_NODE_SINGLE_WRITER',
    'SINGLE_NODE_MULTI_WRITER',
    'SINGLE_NODE_READER_ONLY',
  ],
  SINGLE_NODE_SINGLE_WRITER: ['SINGLE_NODE_WRITER', 'SINGLE_NODE_READER_ONLY'],
  SINGLE_NODE_READER_ONLY: [],
};

/** Whether a volume that has mode `given` can be used with mode `wanted`. */
export function implies(given: AccessMode, wanted: AccessMode): boolean {
  return given === wanted || IMPLIED[given].includes(wanted);
}

/** Whether the mode lets a volume be controller-published at several nodes. */
export function isMultiNode(mode: AccessMode): boolean {
  return mode.startsWith('MULTI_NODE_');
}

/** Whether the mode allows no writes at all, whatever the `readonly` flag of a call says. */
export function isReaderOnly(mode: AccessMode): boolean {
  return mode.endsWith('_READER_ONLY');
}

/** Whether the mode exists only under the SINGLE_NODE_MULTI_WRITER capability. */
export function needsSingleNodeMultiWriter(
  mode: AccessMode,
): mode is 'SINGLE_NODE_SINGLE_WRITER' | 'SINGLE_NODE_MULTI_WRITER' {
  return mode === 'SINGLE_NODE_SINGLE_WRITER' || mode === 'SINGLE_NODE_MULTI_WRITER';
}

/**
 * The end of a refusal, for modes that differ as a CO's calls do before and after the capability is
 * switched; empty for any others.
 */
export function drainHint(there: AccessMode, asked: AccessMode): string {
  const modes = [there, asked];
  return modes.includes('SINGLE_NODE_WRITER') && modes.some(needsSingleNodeMultiWriter)
    ? '; if SINGLE_NODE_MULTI_WRITER was switched on or off meanwhile, drain the node first'
    : '';
}
