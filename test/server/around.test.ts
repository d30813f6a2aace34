import { expect } from 'chai';
import { around, type Around, type Method } from '../../src/csi/around.js';
import { csi } from '../../src/csi/proto.js';
import { StatusError } from '../../src/csi/status.js';
import { withSite } from './site.js';

describe('what runs around the handlers', () => {
  const site = withSite();
  const identity = {
    definition: csi.Identity.service,
    handlers: { GetPluginInfo: () => ({ name: 'handler.test', vendor_version: '1' }) },
  };

  it('is given the method, the request and the answer, and may replace the answer', async () => {
    const seen: Method[] = [];
    const renaming: Around = async (method, request, _call, next) => {
      seen.push(method);
      return { ...(await next(request)), name: 'renamed.test' };
    };
    await site.serve([identity], { around: renaming });

    const { name, vendor_version } = await site.connect().identity.GetPluginInfo({});

    expect({ name, vendor_version }).to.deep.equal({ name: 'renamed.test', vendor_version: '1' });
    expect(seen).to.deep.equal([
      { service: 'Identity', rpc: 'GetPluginInfo', path: '/csi.v1.Identity/GetPluginInfo' },
    ]);
  });

  it('may refuse before the handler runs, and sees what the handler refuses', async () => {
    const refusals: unknown[] = [];
    const refusing: Around = async (method, request, _call, next) => {
      if (method.rpc === 'GetPluginInfo') throw new StatusError('ABORTED', 'not now');
      return next(request).catch((error: unknown) => {
        refusals.push(error instanceof StatusError ? error.code : error);
        throw error;
      });
    };
    await site.serve([identity], { around: refusing });
    const client = site.connect();

    const codes = [];
    for (const call of [client.identity.GetPluginInfo, client.identity.Probe]) {
      codes.push(
        await call({}).catch((error: unknown) => error instanceof StatusError && error.code),
      );
    }

    expect(codes).to.deep.equal(['ABORTED', 'UNIMPLEMENTED']);
    expect(refusals).to.deep.equal(['UNIMPLEMENTED']);
  });

  it('is one of several, the first outermost', async () => {
    const order: string[] = [];
    const layer =
      (name: string): Around =>
      async (_method, request, _call, next) => {
        order.push(`${name} before`);
        const response = await next(request);
        order.push(`${name} after`);
        return response;
      };
    await site.serve([identity], { around: around([layer('outer'), layer('inner')]) });

    await site.connect().identity.GetPluginInfo({});

    expect(order).to.deep.equal(['outer before', 'inner before', 'inner after', 'outer after']);
    expect(around([])).to.equal(undefined);
  });
});
