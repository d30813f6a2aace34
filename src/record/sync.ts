/**
 * Whether files and directories are flushed to the disk: `never` is for throw-away runs, which need
 * not survive power loss.
 */
export type Sync = 'always' | 'never';
