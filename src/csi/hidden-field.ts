/** Stands for what must not be seen. */
export const REDACTED = '[redacted]';

const HIDDEN: ReadonlySet<string> = new Set([
  'secrets',
  'mount_flags',
  'mountFlags',
  'csi.storage.k8s.io/serviceAccount.tokens',
]);

/**
 * Whether what stands under a name must show nowhere, at whatever depth: what the proto marks
 * csi_secret, mount flags, pods' tokens.
 */
export function isHidden(name: string): boolean {
  return HIDDEN.has(name);
}
