import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { site, type Site } from '../crash/site.js';
import { isRoot } from '../host/scratch.js';
import { eventually } from './eventually.js';
import { createRequest } from './new-volume.js';
import { refused } from './refusal.js';

describe('fault rules of a driver in a process of its own', () => {
  let place: Site;
  beforeEach(function () {
    if (!isRoot) this.skip();
    place = site();
  });
  afterEach(() => place?.remove());

  const withRules = (text: string): string => {
    writeFileSync(place.path('faults.yaml'), text);
    return `--faults-file=${place.path('faults.yaml')}`;
  };

  for (const [when, isDone] of [
    ['before', false],
    ['after', true],
  ] as const) {
    it(`end it with their exit code, ${when} the effect, as kill -9 does`, async () => {
      const request = createRequest();
      const served = await place.serve(withRules(`{rpc: CreateVolume, when: ${when}, exit: 77}`));
      await refused(served.client.controller.CreateVolume(request), 'UNAVAILABLE');
      const { code, signal, output } = await served.ended;
      expect({ code, signal }).to.deep.equal({ code: 77, signal: null });
      expect(output).to.match(/"rule":"file-1","act":"exit"/);

      const again = await place.serve(withRules(''));
      const { entries } = await again.client.controller.ListVolumes({});
      expect(entries).to.have.length(isDone ? 1 : 0);
      const { volume } = await again.client.controller.CreateVolume(request);
      if (isDone) expect(volume?.volume_id).to.equal(entries[0]?.volume?.volume_id);
      await again.stop();
    });
  }

  it('are read anew while it runs', async () => {
    const served = await place.serve(withRules('{rpc: Probe, fail: ABORTED}'));
    await refused(served.client.identity.Probe({}), 'ABORTED');
    withRules('[]');
    await eventually(() => served.client.identity.Probe({}));
    await served.stop();
  });

  it('with a mistake do not let it start', async () => {
    const { code, output } = await place.launch(withRules('- rpc: Prob\n  hang: true\n')).ended;
    expect(code).to.equal(1);
    expect(output).to.match(
      /faults\.yaml: line 1, column 8: there is no RPC "Prob"; did you mean Probe\?/,
    );
  });

  it('show no secret in the log', async () => {
    const rule =
      '{rpc: CreateVolume, request: {secrets.key: marked-secret}, nth: 1, fail: ABORTED}';
    const served = await place.serve(withRules(rule), '--log-level=trace');
    const request = createRequest({ secrets: { key: 'marked-secret' } });
    await refused(served.client.controller.CreateVolume(request), 'ABORTED');
    withRules('{request: {secrets.key: {marked-secret: marked-secret}}, hang: true}');
    await eventually(() => expect(served.said()).to.include('stay as they are'));
    const { output } = await served.stop();
    expect(output).not.to.include('marked-secret');
  });
});
