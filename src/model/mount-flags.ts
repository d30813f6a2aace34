import { isFileSystemOption } from './file-system-option.js';

/** The attributes that one mount of a file system can have of its own. */
export const MOUNT_ATTRIBUTES = [
  'ro',
  'nosuid',
  'nodev',
  'noexec',
  'noatime',
  'nodiratime',
  'relatime',
  'strictatime',
  'nosymfollow',
] as const;

export type MountAttribute = (typeof MOUNT_ATTRIBUTES)[number];

/** What a flag sets and what it takes back; flags are those of mount(8). */
interface Effect {
  readonly sets?: MountAttribute;
  readonly clears?: readonly MountAttribute[];
}

/** The access-time attributes: a mount has one of them, and the last one named wins. */
export const ATIMES: readonly MountAttribute[] = ['noatime', 'relatime', 'strictatime'];

/** The flags that are attributes of one mount, whatever it shows. */
const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ['defaults', {}],
  ['ro', { sets: 'ro' }],
  ['rw', { clears: ['ro'] }],
  ['nosuid', { sets: 'nosuid' }],
  ['suid', { clears: ['nosuid'] }],
  ['nodev', { sets: 'nodev' }],
  ['dev', { clears: ['nodev'] }],
  ['noexec', { sets: 'noexec' }],
  ['exec', { clears: ['noexec'] }],
  ['noatime', { sets: 'noatime', clears: ATIMES }],
  ['relatime', { sets: 'relatime', clears: ATIMES }],
  ['strictatime', { sets: 'strictatime', clears: ATIMES }],
  ['nodiratime', { sets: 'nodiratime' }],
  ['diratime', { clears: ['nodiratime'] }],
  ['nosymfollow', { sets: 'nosymfollow' }],
  ['symfollow', { clears: ['nosymfollow'] }],
] satisfies [string, Effect][]);

/** The index of the first mount flag that is not known, if any: it is refused, never ignored. */
export function unknownMountFlag(flags: readonly string[]): number | undefined {
  const index = flags.findIndex((flag) => !EFFECTS.has(flag) && !isFileSystemOption(flag));
  return index === -1 ? undefined : index;
}

/**
 * Whether flags take back an attribute that earlier ones set: a clone of that mount keeps it. The
 * access time is no such attribute: a clone gets another as a whole.
 */
export function takesBack(earlier: readonly string[], flags: readonly string[]): boolean {
  const cleared = new Set<MountAttribute>();
  for (const flag of flags) {
    const effect = EFFECTS.get(flag);
    for (const attribute of effect?.clears ?? []) cleared.add(attribute);
    if (effect?.sets !== undefined) cleared.delete(effect.sets);
  }
  return mountAttributes(earlier, false).some(
    (attribute) => cleared.has(attribute) && !ATIMES.includes(attribute),
  );
}

/**
 * The attributes that known flags add up to; as with mount(8), a later flag wins. `readonly` is what
 * the call and the access mode say: it cannot be taken back by a flag.
 */
export function mountAttributes(flags: readonly string[], readonly: boolean): MountAttribute[] {
  const attributes = new Set<MountAttribute>();
  for (const flag of flags) {
    const effect = EFFECTS.get(flag);
    for (const attribute of effect?.clears ?? []) attributes.delete(attribute);
    if (effect?.sets !== undefined) attributes.add(effect.sets);
  }
  if (readonly) attributes.add('ro');
  return [...attributes];
}
