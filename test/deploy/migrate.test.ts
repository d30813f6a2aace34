import { expect } from 'chai';
import { fakeTools, type FakeTools } from './fake-tools.js';

describe('deploy/examples/migration/migrate', () => {
  let tools: FakeTools;

  beforeEach(() => {
    tools = fakeTools();
  });
  afterEach(() => tools.remove());

  it('stops, with nothing changed, when it cannot note the reclaim policy', () => {
    tools.add(
      'kubectl',
      `case "$*" in
        *.spec.volumeName*) echo pv-1 ;;
        "get deployment "*) echo app ;;
        *.spec.persistentVolumeReclaimPolicy*) echo Delete ;;
        annotate*) echo forbidden >&2; exit 1 ;;
      esac`,
    );
    const { status, stderr } = tools.run('deploy/examples/migration/migrate', 'data', 'app');
    expect(status).to.equal(1);
    expect(stderr).to.equal('forbidden\n');
    expect(tools.calls().at(-1)).to.equal(
      'kubectl annotate persistentvolume pv-1 mock.csi.test/former-reclaim-policy=Delete',
    );
    expect(tools.calls().join('\n')).not.to.match(/ (patch|scale|delete|apply) /);
  });
});
