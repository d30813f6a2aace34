import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import {
  allOf,
  controllerCapability,
  controllerMode,
  twoNodes,
} from '../controller-prerequisite.js';
import { modesSince } from '../prerequisite.js';
import { MODES, type Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';

const SECOND = 'ControllerPublishVolume at a second node';
const TWO_NODES = allOf(controllerCapability('PUBLISH_UNPUBLISH_VOLUME'), twoNodes);
const FIXED = { section: 'ControllerPublishVolume', level: 'MUST', untestable: TWO_NODES } as const;

const SINGLE_NODE = MODES.filter((mode) => mode.startsWith('SINGLE_NODE_'));
const MANY_NODES = ['MULTI_NODE_READER_ONLY', 'MULTI_NODE_MULTI_WRITER'] as const;

/** ControllerPublishVolume at a second node. */
export const controllerAttachNodesChecks: readonly Check[] = [
  ...SINGLE_NODE.map((mode): Check => ({
    ...FIXED,
    id: `attach-nodes/${mode}`,
    title: `a ${mode} volume at a second node: FAILED_PRECONDITION`,
    since: modesSince(mode),
    rule: 'FAILED_PRECONDITION where it is published at another node and has no MULTI_NODE capability',
    untestable: allOf(TWO_NODES, controllerMode(mode)),
    async run(trial) {
      const volume = await atFirstNode(trial, mode);
      const second = volume.attach(mountCapability(mode), { node: 1 });
      await trial.expect(SECOND, second, ['FAILED_PRECONDITION']);
    },
  })),
  {
    ...FIXED,
    id: 'attach-nodes/message',
    title: 'the refusal of a second node names the first one',
    since: '1.0.0',
    level: 'SHOULD',
    rule: 'the status message says the node_id of the node at which the volume is published',
    async run(trial) {
      const volume = await atFirstNode(trial, 'SINGLE_NODE_WRITER');
      const second = volume.attach(mountCapability('SINGLE_NODE_WRITER'), { node: 1 });
      const { code, message } = await trial.expect(SECOND, second, ['FAILED_PRECONDITION', 'OK']);
      if (code === 'OK') throw new Untestable('the second node is not refused');
      if (message.includes(trial.node.nodeId)) return;
      trial.deviates({
        sent: SECOND,
        came: message,
        wanted: `a message with ${trial.node.nodeId}`,
      });
    },
  },
  {
    ...FIXED,
    id: 'attach-nodes/moved',
    title:
      'a SINGLE_NODE_WRITER volume that was refused to a second node stays at the first, and can move',
    since: '1.0.0',
    rule: 'ControllerUnpublishVolume makes the volume ready for another node',
    section: 'ControllerUnpublishVolume',
    async run(trial) {
      const capability = mountCapability('SINGLE_NODE_WRITER');
      const volume = await atFirstNode(trial, 'SINGLE_NODE_WRITER');
      const refused = volume.attach(capability, { node: 1 });
      const { code } = await trial.expect(SECOND, refused, ['FAILED_PRECONDITION', 'OK']);
      if (code === 'OK') throw new Untestable('the second node is not refused');
      await trial.expect('ControllerPublishVolume again at the first', volume.attach(capability), [
        'OK',
      ]);
      await trial.expect('ControllerUnpublishVolume from the first', volume.detach(), ['OK']);
      await trial.expect(SECOND, volume.attach(capability, { node: 1 }), ['OK']);
    },
  },
  ...MANY_NODES.map((mode): Check => ({
    ...FIXED,
    id: `attach-nodes/${mode}`,
    title: `a ${mode} volume at a second node: OK`,
    since: '1.0.0',
    rule: 'a volume with this capability can be published at multiple nodes simultaneously',
    async run(trial) {
      const volume = await atFirstNode(trial, mode);
      await trial.expect(SECOND, volume.attach(mountCapability(mode), { node: 1 }), ['OK']);
    },
  })),
  {
    ...FIXED,
    id: 'attach-nodes/MULTI_NODE_SINGLE_WRITER/second-writer',
    title:
      'a MULTI_NODE_SINGLE_WRITER volume at a second node without readonly: FAILED_PRECONDITION',
    since: '1.0.0',
    level: 'SHOULD',
    rule: 'only one of the nodes can use the volume as read/write',
    untestable: allOf(TWO_NODES, controllerCapability('PUBLISH_READONLY')),
    async run(trial) {
      const volume = await atFirstNode(trial, 'MULTI_NODE_SINGLE_WRITER');
      const second = volume.attach(mountCapability('MULTI_NODE_SINGLE_WRITER'), { node: 1 });
      await trial.expect(`${SECOND} without readonly`, second, ['FAILED_PRECONDITION']);
    },
  },
  {
    ...FIXED,
    id: 'attach-nodes/MULTI_NODE_SINGLE_WRITER/reader',
    title: 'a MULTI_NODE_SINGLE_WRITER volume at a second node with readonly: OK',
    since: '1.0.0',
    rule: 'one of the nodes can use the volume as read/write, the rest as readonly',
    untestable: allOf(TWO_NODES, controllerCapability('PUBLISH_READONLY')),
    async run(trial) {
      const capability = mountCapability('MULTI_NODE_SINGLE_WRITER');
      const volume = await atFirstNode(trial, 'MULTI_NODE_SINGLE_WRITER');
      const second = volume.attach(capability, { node: 1, readonly: true });
      await trial.expect(`${SECOND} with readonly`, second, ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'attach-nodes/other-access-mode',
    title: 'a volume at a second node in another MULTI_NODE mode than at the first',
    since: '1.0.0',
    rule: 'the spec leaves open whether the modes of several nodes may differ',
    async run(trial) {
      const [readers, writers] = [mountCapability(MANY_NODES[0]), mountCapability(MANY_NODES[1])];
      const volume = await trial.volume([readers, writers]);
      await showSecondNode(trial, volume, MANY_NODES[0]);
      await trial.need('ControllerPublishVolume', volume.attach(writers));
      const second = volume.attach(readers, { node: 1 });
      const { code } = await trial.expect(SECOND, second, ['OK', 'FAILED_PRECONDITION']);
      trial.reads(`MULTI_NODE_READER_ONLY beside MULTI_NODE_MULTI_WRITER elsewhere: ${code}`);
    },
  },
];

/** A volume that is published at the first node, and could have been at the second alone. */
async function atFirstNode(trial: Trial, mode: Mode): Promise<TrialVolume> {
  const volume = await trial.volume([mountCapability(mode)]);
  await showSecondNode(trial, volume, mode);
  await trial.need('ControllerPublishVolume', volume.attach(mountCapability(mode)));
  return volume;
}

/** A refusal of the second node says nothing when that node cannot have the volume at all. */
async function showSecondNode(trial: Trial, volume: TrialVolume, mode: Mode): Promise<void> {
  const alone = volume.attach(mountCapability(mode), { node: 1 });
  await trial.need('ControllerPublishVolume at the second node alone', alone);
  await trial.need('ControllerUnpublishVolume from the second node', volume.detach(1));
}
