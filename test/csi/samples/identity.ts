import type { IdentityDefinition } from '../../../src/csi/generated/csi/v1/Identity.js';
import { choice, entry, flag, message, text } from '../wire.js';
import { EMPTY, type Samples } from './sample.js';

export const identity: Samples<IdentityDefinition> = {
  GetPluginInfo: {
    request: EMPTY,
    response: {
      wire: [text(1, 'mock.csi.test'), text(2, '1.2.3'), entry(3, 'commit', 'abc')],
      value: { name: 'mock.csi.test', vendor_version: '1.2.3', manifest: { commit: 'abc' } },
    },
  },
  GetPluginCapabilities: {
    request: EMPTY,
    response: {
      wire: [message(1, message(1, choice(1, 2))), message(1, message(2, choice(1, 1)))],
      value: {
        capabilities: [
          { type: 'service', service: { type: 'VOLUME_ACCESSIBILITY_CONSTRAINTS' } },
          { type: 'volume_expansion', volume_expansion: { type: 'ONLINE' } },
        ],
      },
    },
  },
  Probe: {
    request: EMPTY,
    response: { wire: [message(1, flag(1, true))], value: { ready: { value: true } } },
  },
};
