import { expect } from 'chai';
import type { Around } from '../../src/csi/around.js';
import { csi } from '../../src/csi/proto.js';
import { StatusError } from '../../src/csi/status.js';
import { withSite } from './site.js';

describe('a dropped connection', () => {
  const site = withSite();
  const identity = {
    definition: csi.Identity.service,
    handlers: { GetPluginInfo: () => ({ name: 'handler.test', vendor_version: '1' }) },
  };

  it('ends the call without an answer, and the server goes on', async () => {
    const reasons: unknown[] = [];
    const dropping: Around = async (method, request, call, next) => {
      if (method.rpc !== 'Probe') return next(request);
      const { signal } = call;
      const gone = new Promise((resolve) => signal.addEventListener('abort', resolve));
      call.drop();
      await gone;
      reasons.push(signal.reason instanceof StatusError && signal.reason.code);
      throw signal.reason;
    };
    await site.serve([identity], { around: dropping });
    const client = site.connect();
    await client.identity.GetPluginInfo({});

    const refusal = await client.identity.Probe({}).catch((error: unknown) => error);

    expect(refusal).to.be.instanceOf(StatusError).with.property('code', 'UNAVAILABLE');
    expect(reasons).to.deep.equal(['CANCELLED']);
    expect(await client.identity.GetPluginInfo({})).to.include({ name: 'handler.test' });
  });
});
