/**
 * Whether a key of parameters or of a volume context is one that Kubernetes' components add on their
 * own (`csi.storage.k8s.io/pvc/name`, `.../pod.name`, `.../serviceAccount.tokens` and more).
 */
export function isKubernetesKey(key: string): boolean {
  return key.startsWith('csi.storage.k8s.io/');
}
