/** What a sidecar is at the version that is deployed. */
export interface Sidecar {
  readonly image: string;
  /** Every flag, without dashes. */
  readonly flags: readonly string[];
}

const LOGGING = [
  'log-flush-frequency',
  'log-json-info-buffer-size',
  'log-json-split-stream',
  'log-text-info-buffer-size',
  'log-text-split-stream',
  'logging-format',
  'v',
  'vmodule',
];
const LEADER = [
  'leader-election',
  'leader-election-labels',
  'leader-election-lease-duration',
  'leader-election-namespace',
  'leader-election-renew-deadline',
  'leader-election-retry-period',
];
const COMMON = [
  'automaxprocs',
  'csi-address',
  'feature-gates',
  'http-endpoint',
  'kube-api-burst',
  'kube-api-qps',
  'kubeconfig',
  'metrics-address',
  'metrics-path',
  'resync',
  'retry-interval-max',
  'retry-interval-start',
  'timeout',
  'version',
  ...LEADER,
  ...LOGGING,
];

/** The sidecars by the names of their containers. */
export const SIDECARS: Readonly<Record<string, Sidecar>> = {
  'csi-provisioner': {
    image: 'registry.k8s.io/sig-storage/csi-provisioner:v6.3.0',
    flags: [
      ...COMMON,
      'capacity-for-immediate-binding',
      'capacity-ownerref-level',
      'capacity-poll-interval',
      'capacity-threads',
      'cloning-protection-threads',
      'controller-publish-readonly',
      'default-fstype',
      'enable-capacity',
      'enable-pprof',
      'extra-create-metadata',
      'immediate-topology',
      'kube-api-capacity-burst',
      'kube-api-capacity-qps',
      'node-deployment',
      'node-deployment-base-delay',
      'node-deployment-immediate-binding',
      'node-deployment-max-delay',
      'prevent-volume-mode-conversion',
      'snapshot-orphan-sweep-interval',
      'strict-topology',
      'volume-name-prefix',
      'volume-name-uuid-length',
      'worker-threads',
    ],
  },
  'csi-attacher': {
    image: 'registry.k8s.io/sig-storage/csi-attacher:v4.12.0',
    flags: [
      ...COMMON,
      'default-fstype',
      'max-entries',
      'max-grpc-log-length',
      'reconcile-sync',
      'worker-threads',
    ],
  },
  'csi-resizer': {
    image: 'registry.k8s.io/sig-storage/csi-resizer:v2.2.1',
    flags: [...COMMON, 'extra-modify-metadata', 'handle-volume-inuse-error', 'workers'],
  },
  'csi-snapshotter': {
    image: 'registry.k8s.io/sig-storage/csi-snapshotter:v8.6.0',
    flags: [
      ...COMMON,
      'enable-distributed-snapshotting',
      'extra-create-metadata',
      'groupsnapshot-name-prefix',
      'groupsnapshot-name-uuid-length',
      'node-deployment',
      'resync-period',
      'snapshot-name-prefix',
      'snapshot-name-uuid-length',
      'worker-threads',
    ],
  },
  'node-driver-registrar': {
    image: 'registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0',
    flags: [
      'automaxprocs',
      'connection-timeout',
      'csi-address',
      'enable-pprof',
      'health-port',
      'http-endpoint',
      'kubelet-registration-path',
      'mode',
      'plugin-registration-path',
      'timeout',
      'version',
      ...LOGGING,
    ],
  },
  livenessprobe: {
    image: 'registry.k8s.io/sig-storage/livenessprobe:v2.19.0',
    flags: [
      'automaxprocs',
      'csi-address',
      'health-port',
      'http-endpoint',
      'metrics-address',
      'metrics-path',
      'probe-timeout',
      ...LOGGING,
    ],
  },
};
