/** What the documentation of a sidecar says of the version that is deployed. */
export interface Sidecar {
  readonly image: string;
  /** Every flag, without dashes. */
  readonly flags: readonly string[];
  /** What it may do, "group resource: verbs"; the core group is written as core. */
  readonly rules: readonly string[];
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
const EVENTS = 'core events: list watch create update patch';
const LEASES = 'coordination.k8s.io leases: get watch list delete update create';

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
    rules: [
      'core persistentvolumes: get list watch create patch delete',
      'core persistentvolumeclaims: get list watch update',
      'core nodes: get list watch',
      'core pods: get',
      'apps replicasets: get',
      'storage.k8s.io storageclasses: get list watch',
      'storage.k8s.io csinodes: get list watch',
      'storage.k8s.io volumeattachments: get list watch',
      'storage.k8s.io csistoragecapacities: get list watch create update patch delete',
      'snapshot.storage.k8s.io volumesnapshots: get list watch update',
      'snapshot.storage.k8s.io volumesnapshotcontents: get list',
      EVENTS,
      LEASES,
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
    rules: [
      'core persistentvolumes: get list watch patch',
      'storage.k8s.io csinodes: get list watch',
      'storage.k8s.io volumeattachments: get list watch patch',
      'storage.k8s.io volumeattachments/status: patch',
      LEASES,
    ],
  },
  'csi-resizer': {
    image: 'registry.k8s.io/sig-storage/csi-resizer:v2.2.1',
    flags: [...COMMON, 'extra-modify-metadata', 'handle-volume-inuse-error', 'workers'],
    rules: [
      'core persistentvolumes: get list watch patch',
      'core persistentvolumeclaims: get list watch',
      'core persistentvolumeclaims/status: patch',
      'core pods: get list watch',
      'storage.k8s.io volumeattributesclasses: get list watch',
      EVENTS,
      LEASES,
    ],
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
    rules: [
      'snapshot.storage.k8s.io volumesnapshotclasses: get list watch',
      'snapshot.storage.k8s.io volumesnapshotcontents: get list watch update patch',
      'snapshot.storage.k8s.io volumesnapshotcontents/status: update patch',
      EVENTS,
      LEASES,
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
    rules: [],
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
    rules: [],
  },
};
