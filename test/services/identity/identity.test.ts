import { expect } from 'chai';
import type { GetPluginCapabilitiesResponse } from '../../../src/csi/generated/csi/v1/GetPluginCapabilitiesResponse.js';
import type { Call } from '../../../src/csi/handler.js';
import {
  identityService,
  type Health,
  type IdentityDeps,
} from '../../../src/services/identity/identity.js';
import { refuses } from '../status.js';

function serviceWith(changed: Partial<IdentityDeps>): ReturnType<typeof identityService> {
  return identityService({
    driverName: 'mock.csi.test',
    version: '1.2.3',
    controller: true,
    topology: true,
    expansion: 'online',
    health: () => ({ state: 'ready' }),
    ...changed,
  });
}

describe('identityService', () => {
  let warnings: string[] = [];
  beforeEach(() => {
    warnings = [];
  });
  const call: Call = {
    signal: new AbortController().signal,
    warn: (message) => warnings.push(message),
    drop: () => undefined,
  };

  it('GetPluginInfo: name and version', () => {
    expect(serviceWith({}).GetPluginInfo({}, call)).to.deep.equal({
      name: 'mock.csi.test',
      vendor_version: '1.2.3',
    });
  });

  const CONTROLLER = { service: { type: 'CONTROLLER_SERVICE' } };
  const TOPOLOGY = { service: { type: 'VOLUME_ACCESSIBILITY_CONSTRAINTS' } };
  const EXPANSION = { volume_expansion: { type: 'ONLINE' } };
  const capabilities: [string, Partial<IdentityDeps>, object[]][] = [
    ['all', {}, [CONTROLLER, TOPOLOGY, EXPANSION]],
    ['no controller', { controller: false }, [TOPOLOGY, EXPANSION]],
    ['no topology', { topology: false }, [CONTROLLER, EXPANSION]],
    [
      'expansion of volumes that are not in use',
      { expansion: 'offline' },
      [CONTROLLER, TOPOLOGY, { volume_expansion: { type: 'OFFLINE' } }],
    ],
    ['no expansion', { expansion: 'off' }, [CONTROLLER, TOPOLOGY]],
    ['nothing', { controller: false, topology: false, expansion: 'off' }, []],
  ];
  for (const [title, deps, expected] of capabilities) {
    it(`GetPluginCapabilities: ${title}`, async () => {
      const answer: GetPluginCapabilitiesResponse = await serviceWith(deps).GetPluginCapabilities(
        {},
        call,
      );
      expect(answer.capabilities).to.deep.equal(expected);
    });
  }

  const probe = (health: Health) => serviceWith({ health: () => health }).Probe({}, call);

  it('Probe when all is well: ready', () => {
    expect(probe({ state: 'ready' })).to.deep.equal({ ready: { value: true } });
    expect(warnings).to.deep.equal([]);
  });
  it('Probe while the driver starts: OK, not ready, and the log says why', () => {
    const health: Health = { state: 'starting', reason: 'the state is being opened' };
    expect(probe(health)).to.deep.equal({ ready: { value: false } });
    expect(warnings).to.deep.equal(['not ready: the state is being opened']);
  });
  it('Probe when something that is needed is gone: FAILED_PRECONDITION with the reason', () => {
    const health: Health = { state: 'unhealthy', reason: 'the pool /pool is gone' };
    refuses(() => probe(health), 'FAILED_PRECONDITION', /^the pool \/pool is gone$/);
  });
});
