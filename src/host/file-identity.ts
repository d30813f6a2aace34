/** What identifies a directory or file on this machine while it exists, whatever its path. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

export function sameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.device === b.device && a.inode === b.inode;
}
