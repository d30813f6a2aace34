import type { Volume } from './volume.js';

/**
 * A mount flag that is an option of a whole file system, not an attribute of one mount of it. It can be
 * set where a volume has a file system of its own, when that is mounted.
 */
export interface FileSystemOption {
  readonly name: string;
  /** Undefined for an option that takes none. */
  readonly value: string | undefined;
}

/** The options that set the SELinux labels of all files of a file system (mount(8)). */
const CONTEXTS: ReadonlySet<string> = new Set([
  'context',
  'fscontext',
  'defcontext',
  'rootcontext',
]);

/** The options without a value. */
const SWITCHES: ReadonlySet<string> = new Set(['discard', 'nodiscard']);

/**
 * A label `user:role:type` with an optional level, which may hold commas; `@target` is mount(8)'s own word
 * for the label of the mount point, and no label.
 */
const LABEL = /^[A-Za-z0-9_.-]+(?::[A-Za-z0-9_.-]+){2}(?::[A-Za-z0-9_.:,-]+)?$/;

/** Whether a mount flag is an option of a file system that is known. */
export function isFileSystemOption(flag: string): boolean {
  return read(flag) !== undefined;
}

/** The options of a file system among known mount flags, in their order. */
export function fileSystemOptions(flags: readonly string[]): FileSystemOption[] {
  return flags.map(read).filter((option) => option !== undefined);
}

/** Whether an option is an SELinux label: it has no effect where the kernel has no SELinux. */
export function isSelinuxLabel({ name }: FileSystemOption): boolean {
  return CONTEXTS.has(name);
}

/**
 * Why a volume cannot have the options that are among mount flags; undefined when it can. A directory
 * has the file system of the pool, whose options are not a volume's to set; where the kernel has no
 * SELinux, labels have no effect on it, as with mount(8). A file system of a volume's own has the
 * options that it was mounted with: those of the staging, whose flags are `staged` (undefined: it is not
 * staged). No value is quoted.
 */
export function unsupportedOption(
  { id, format }: Pick<Volume, 'id' | 'format'>,
  flags: readonly string[],
  {
    selinux,
    staged,
  }: { readonly selinux: boolean; readonly staged: readonly string[] | undefined },
): string | undefined {
  const options = fileSystemOptions(flags);
  if (format === 'directory') {
    const option = options.find((each) => selinux || !isSelinuxLabel(each));
    return option === undefined
      ? undefined
      : `volume ${id} is a directory without a file system of its own, so mount_flags cannot set its ` +
          `${inWords(option)}: a volume of enforced size (parameter enforceSize) has one`;
  }
  const there = staged && fileSystemOptions(staged);
  const added = options.find((each) => there?.every((other) => !isSame(each, other)));
  return added === undefined
    ? undefined
    : `volume ${id} is staged with other mount_flags than those of the publish: its ${inWords(added)} ` +
        'is set where it is staged';
}

function isSame(a: FileSystemOption, b: FileSystemOption): boolean {
  return a.name === b.name && a.value === b.value;
}

function inWords(option: FileSystemOption): string {
  return isSelinuxLabel(option) ? `SELinux label (${option.name})` : `option ${option.name}`;
}

function read(flag: string): FileSystemOption | undefined {
  if (SWITCHES.has(flag)) return { name: flag, value: undefined };
  const equals = flag.indexOf('=');
  const name = flag.slice(0, Math.max(equals, 0));
  if (!CONTEXTS.has(name)) return undefined;
  const value = withoutQuotes(flag.slice(equals + 1));
  return LABEL.test(value) ? { name, value } : undefined;
}

/** A label with commas is written in quotes on a command line; the kernel's calls take it without. */
function withoutQuotes(text: string): string {
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}
