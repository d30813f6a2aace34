import { expect } from 'chai';
import { at, isOf, listAt, manifestsIn, textAt, type Manifest } from './manifest.js';
import { SIDECARS } from './sidecar.js';

describe('rights in deploy/', () => {
  const manifests = ['base', 'components', 'overlays'].flatMap((name) =>
    manifestsIn(`deploy/${name}`),
  );
  const roles = manifests.filter(
    (manifest) => isOf('ClusterRole')(manifest) || isOf('Role')(manifest),
  );
  const bindings = manifests.filter(
    (manifest) => isOf('ClusterRoleBinding')(manifest) || isOf('RoleBinding')(manifest),
  );
  const accounts = manifests.filter(isOf('ServiceAccount')).map(nameOf);

  it('there are roles', () => {
    expect(roles.length).to.be.above(0);
  });

  for (const role of roles) {
    const sidecar = nameOf(role).replace(/^csi-mock-/, 'csi-');
    for (const { resource, verbs } of rightsOf(role)) {
      it(`${nameOf(role)} in ${role.file}: ${sidecar} needs ${verbs.join(', ')} of ${resource}`, () => {
        const rules = SIDECARS[sidecar]?.rules ?? [];
        const documented = rules.find((rule) => rule.startsWith(`${resource}: `)) ?? '';
        expect(documented.replace(/^.*: /, '').split(' ')).to.include.members([...verbs]);
      });
    }

    it(`${nameOf(role)} in ${role.file} is bound once, by a binding of its name`, () => {
      const kind = `${textAt(role.content, 'kind')}Binding`;
      const of = bindings.filter((each) => isOf(kind)(each) && nameOf(each) === nameOf(role));
      expect(of).to.have.lengthOf(1);
      expect(at(of[0]?.content, 'roleRef')).to.deep.equal({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: textAt(role.content, 'kind'),
        name: nameOf(role),
      });
    });
  }

  for (const binding of bindings) {
    it(`${nameOf(binding)} in ${binding.file} is for an account that exists`, () => {
      const subjects = listAt(binding.content, 'subjects');
      expect(subjects).to.have.lengthOf(1);
      expect(at(subjects[0], 'kind')).to.equal('ServiceAccount');
      expect(at(subjects[0], 'namespace')).to.equal('csi-mock');
      expect(accounts).to.include(at(subjects[0], 'name'));
    });
  }
});

function nameOf({ content }: Manifest): string {
  return textAt(content, 'metadata', 'name');
}

function rightsOf({ content }: Manifest): { resource: string; verbs: readonly string[] }[] {
  return listAt(content, 'rules').flatMap((rule) =>
    listAt(rule, 'apiGroups').flatMap((group) =>
      listAt(rule, 'resources').map((resource) => ({
        resource: `${group === '' ? 'core' : String(group)} ${String(resource)}`,
        verbs: listAt(rule, 'verbs').map(String),
      })),
    ),
  );
}
