import { setImmediate as nextTurn } from 'node:timers/promises';
import { faultLayer } from '../src/faults/fault-layer.js';
import { noFaultRules } from '../src/faults/fault-rules.js';
import type { Around } from '../src/csi/around.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';

/** What fault rules cost a call that none of them acts on: beside the same call without the layer. */

const RULES = 1000;
const ROUNDS = 15;
const CALLS = 200;

/** By what the rules name; each text is one rule, with its number for `@`. */
const SETS: readonly (readonly [title: string, rule: string | undefined, rules?: number])[] = [
  ['none', undefined],
  ['another RPC', '{rpc: CreateVolume, nth: @, hang: true}'],
  ['another volume by id', '{rpc: NodePublishVolume, volume: vol-@, hang: true}'],
  ['another volume by pattern', '{rpc: NodePublishVolume, volume: "*-@-*", hang: true}'],
  [
    'another volume by expression',
    '{rpc: NodePublishVolume, volume: {regex: "^pvc-@$"}, hang: true}',
  ],
  ['another node', '{rpc: "Node*", node: other-@, hang: true}'],
  [
    'another access mode',
    '{rpc: "Node*", request: {volume_capability.access_mode.mode: MULTI_NODE_READER_ONLY}, hang: true}',
  ],
  [
    'another value in a map',
    '{rpc: NodePublishVolume, request: {volume_context.tier: gold-@}, hang: true}',
  ],
  ['this call, but a later one', '{rpc: NodePublishVolume, nth: 1000000000, hang: true}'],
  [
    'this call, by chance that is none',
    '{rpc: NodePublishVolume, probability: 0, seed: @, hang: true}',
  ],
  ['a secret, by patterns', '{rpc: NodePublishVolume, request: {secrets.key: "@*"}, hang: true}'],
  [
    'a secret, by plain expressions',
    '{rpc: NodePublishVolume, request: {secrets.key: {regex: "^a@$"}}, hang: true}',
  ],
  [
    'a secret, by expressions with groups',
    '{rpc: NodePublishVolume, request: {secrets.key: {regex: "^(a|b)@$"}}, hang: true}',
    10,
  ],
];

const METHOD = {
  service: 'Node',
  rpc: 'NodePublishVolume',
  path: '/csi.v1.Node/NodePublishVolume',
} as const;
const REQUEST = {
  volume_id: 'vol-c0ffee00-0000-4000-8000-000000000000',
  target_path: '/var/lib/kubelet/pods/1/volumes/mount',
  volume_capability: { mount: {}, block: null, access_mode: { mode: 'SINGLE_NODE_WRITER' } },
  volume_context: { tier: 'silver' },
  secrets: { key: 's3cret' },
};
const CALL = { signal: new AbortController().signal, warn: nothing, drop: nothing };
const RESPONSE = {};

const rows: string[][] = [];
const bare = await timed((_method, request, _call, next) => next(request));
for (const [title, rule, count = RULES] of SETS) {
  const rules = noFaultRules({
    pretence: { makeAbnormal: () => nothing, makeFull: () => nothing },
    volumeName: () => 'data',
    outOfTime: nothing,
  });
  const numbers =
    rule === undefined ? [] : Array.from({ length: count }, (_, number) => number + 1);
  rules.add(numbers.map((number) => `- ${rule?.replaceAll('@', String(number))}`).join('\n'));
  const layer = faultLayer(rules, { nodeId: 'node-1', volumeName: () => 'data', exit: nothing });
  rows.push([title, String(numbers.length), figure(Math.max(0, (await timed(layer)) - bare))]);
}
process.stdout.write(table(['rules that name', 'rules', 'us a call'], rows));

/** In microseconds of processor time a call, which other programs do not lengthen: the middle of several rounds. */
async function timed(layer: Around): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = process.cpuUsage();
    for (let call = 0; call < CALLS; call += 1) {
      // As calls come: the time of expressions is counted by turns of the event loop.
      await nextTurn();
      await layer(METHOD, REQUEST, CALL, async () => RESPONSE);
    }
    const { user, system } = process.cpuUsage(begun);
    rounds.push((user + system) / CALLS);
  }
  return median(rounds);
}

function nothing(): void {}
