import { expect } from 'chai';
import { ACCESS_MODES } from '../../src/model/access-mode.js';
import { attachedAt, type Attachment } from '../../src/model/attachment.js';
import { attachedBy, publishContext } from '../../src/model/publish-context.js';
import { mountCapability } from './samples.js';

/** How a node learns of an attachment: from the store, or from the context that the CO hands on. */
const WAYS: [string, (attachment: Attachment, nodeId: string) => unknown][] = [
  ['from the store', (attachment, nodeId) => attachedAt([attachment], nodeId)],
  ['from the publish_context', (made, nodeId) => attachedBy(publishContext(made), nodeId)],
];

describe('an attachment', () => {
  for (const [way, learn] of WAYS) {
    describe(`as its node learns of it ${way}`, () => {
      for (const mode of ACCESS_MODES) {
        for (const readonly of [false, true]) {
          const attachment = {
            volumeId: 'vol-1',
            nodeId: 'node-1',
            capability: mountCapability(mode),
            readonly,
          };
          const expected = readonly || mode.endsWith('READER_ONLY');
          it(`${mode}, readonly ${readonly}: ${expected ? 'no writes' : 'writes'}`, () => {
            expect(learn(attachment, 'node-1')).to.deep.equal({ readonly: expected });
          });
          it(`${mode}, readonly ${readonly}: nothing to another node`, () => {
            expect(learn(attachment, 'node-2')).to.equal(undefined);
          });
        }
      }
    });
  }

  it('at another node too: each node learns of its own', () => {
    const capability = mountCapability('MULTI_NODE_SINGLE_WRITER');
    const attachments = [
      { volumeId: 'vol-1', nodeId: 'node-1', capability, readonly: true },
      { volumeId: 'vol-1', nodeId: 'node-2', capability, readonly: false },
    ];
    expect(attachedAt(attachments, 'node-1')).to.deep.equal({ readonly: true });
    expect(attachedAt(attachments, 'node-2')).to.deep.equal({ readonly: false });
  });
});
