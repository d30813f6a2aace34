import { expect } from 'chai';
import { built, hasKustomize, OVERLAYS } from './kustomize.js';
import { at, isOf, listAt, textAt, type Manifest } from './manifest.js';

type Rights = Readonly<Record<string, readonly string[]>>;

const READ = 'get list watch';
const EVENTS = 'core events: create list patch update watch';
const PROVISIONER = [
  EVENTS,
  'core persistentvolumeclaims: get list update watch',
  'core persistentvolumes: create delete get list patch watch',
  'snapshot.storage.k8s.io volumesnapshotcontents: get list',
  'snapshot.storage.k8s.io volumesnapshots: get list update watch',
  `storage.k8s.io storageclasses: ${READ}`,
];
/** With PUBLISH_UNPUBLISH_VOLUME, whose volumes are not deleted while they are attached. */
const ATTACHED = `storage.k8s.io volumeattachments: ${READ}`;
/** With topology and without --node-deployment, which knows its node's topology from the driver. */
const NODES = [`core nodes: ${READ}`, `storage.k8s.io csinodes: ${READ}`];
/** With --enable-capacity: the objects, and the pod to find their owner by. */
const CAPACITY: Rights = {
  'Role csi-mock-provisioner': [
    'core pods: get',
    'storage.k8s.io csistoragecapacities: create delete get list patch update watch',
  ],
};
const ATTACHER: Rights = {
  'ClusterRole csi-mock-attacher': [
    'core persistentvolumes: get list patch watch',
    `storage.k8s.io csinodes: ${READ}`,
    'storage.k8s.io volumeattachments/status: patch',
    'storage.k8s.io volumeattachments: get list patch watch',
  ],
};
const RESIZER_AND_SNAPSHOTTER: Rights = {
  'ClusterRole csi-mock-resizer': [
    EVENTS,
    'core persistentvolumeclaims/status: patch',
    `core persistentvolumeclaims: ${READ}`,
    'core persistentvolumes: get list patch watch',
  ],
  'ClusterRole csi-mock-snapshotter': [
    EVENTS,
    `snapshot.storage.k8s.io volumesnapshotclasses: ${READ}`,
    'snapshot.storage.k8s.io volumesnapshotcontents/status: patch update',
    'snapshot.storage.k8s.io volumesnapshotcontents: get list patch update watch',
  ],
};

/** What the sidecars ask the API server for with the flags that they have, by their sources at the pinned versions. */
const NEEDED: Readonly<Record<(typeof OVERLAYS)[number], Rights>> = {
  'all-in-one': {
    'ClusterRole csi-mock-provisioner': [...PROVISIONER, ATTACHED, ...NODES],
    ...CAPACITY,
    ...ATTACHER,
    ...RESIZER_AND_SNAPSHOTTER,
  },
  split: {
    'ClusterRole csi-mock-provisioner': [...PROVISIONER, ATTACHED],
    ...ATTACHER,
    ...RESIZER_AND_SNAPSHOTTER,
  },
  distributed: {
    'ClusterRole csi-mock-provisioner': PROVISIONER,
    ...CAPACITY,
    ...RESIZER_AND_SNAPSHOTTER,
    // With --leader-election.
    'Role csi-mock-resizer': ['coordination.k8s.io leases: create delete get list update watch'],
  },
};

for (const overlay of OVERLAYS) {
  describe(`rights in overlay ${overlay}`, () => {
    let manifests: readonly Manifest[] = [];

    before(function () {
      if (!hasKustomize) this.skip();
      manifests = built(`overlays/${overlay}`);
    });

    const ofKinds = (...kinds: readonly string[]): readonly Manifest[] =>
      kinds.flatMap((kind) => manifests.filter(isOf(kind)));

    it('are those that the sidecars need, and no others', () => {
      const granted = ofKinds('ClusterRole', 'Role').map((role) => [titleOf(role), rightsOf(role)]);
      const needed = Object.entries(NEEDED[overlay]).map(([role, rights]) => [
        role,
        rights.toSorted(),
      ]);
      expect(Object.fromEntries(granted)).to.deep.equal(Object.fromEntries(needed));
    });

    it('are given by a binding of the name of each role, to the one account', () => {
      const account = {
        kind: 'ServiceAccount',
        name: 'csi-mock-controller',
        namespace: 'csi-mock',
      };
      expect(ofKinds('ServiceAccount').map(titleOf)).to.deep.equal([
        `ServiceAccount ${account.name}`,
      ]);
      const bindings = ofKinds('ClusterRoleBinding', 'RoleBinding').map(({ content }) => ({
        kind: textAt(content, 'kind'),
        name: textAt(content, 'metadata', 'name'),
        role: at(content, 'roleRef'),
        subjects: listAt(content, 'subjects'),
      }));
      const wanted = ofKinds('ClusterRole', 'Role').map(({ content }) => {
        const kind = textAt(content, 'kind');
        const name = textAt(content, 'metadata', 'name');
        const role = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
        return { kind: `${kind}Binding`, name, role, subjects: [account] };
      });
      expect(bindings).to.have.deep.members(wanted);
    });
  });
}

function titleOf({ content }: Manifest): string {
  return `${textAt(content, 'kind')} ${textAt(content, 'metadata', 'name')}`;
}

/** "group resource: verbs", sorted, with core for the group without a name. */
function rightsOf({ content }: Manifest): readonly string[] {
  const rights = listAt(content, 'rules').flatMap((rule) =>
    listAt(rule, 'apiGroups').flatMap((group) =>
      listAt(rule, 'resources').map((resource) => {
        const verbs = listAt(rule, 'verbs').map(String).toSorted().join(' ');
        return `${group === '' ? 'core' : String(group)} ${String(resource)}: ${verbs}`;
      }),
    ),
  );
  return rights.toSorted();
}
