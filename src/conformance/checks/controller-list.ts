import type { ListVolumesResponse__Output } from '../../csi/generated/csi/v1/ListVolumesResponse.js';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { mountCapability, type Trial } from '../trial.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const LISTS = controllerCapability('LIST_VOLUMES');
const FIXED = { section: 'ListVolumes', since: '1.0.0', level: 'MUST', untestable: LISTS } as const;
/** A driver may have any number of volumes; the check has few. */
const MOST_PAGES = 200;

type Entry = ListVolumesResponse__Output['entries'][number];

/** ListVolumes, as far as the checker's own volumes are concerned. */
export const controllerListChecks: readonly Check[] = [
  listing('list/whole', 'ListVolumes without max_entries has each volume once', 0),
  listing('list/pages', 'ListVolumes by pages of one entry has each volume once', 1),
  {
    ...FIXED,
    id: 'list/deleted',
    title: 'ListVolumes has no volume that was deleted',
    rule: 'it answers the volumes that the plugin knows about',
    async run(trial) {
      const volume = await trial.volume([WRITER]);
      await trial.need('DeleteVolume', volume.remove());
      const entries = await entriesOf(trial, 0);
      expectCount(trial, entries, volume.id, 0);
    },
  },
  {
    ...FIXED,
    id: 'list/bad-token',
    title: 'ListVolumes from a starting_token that nobody gave out: ABORTED',
    rule: 'ABORTED where starting_token is not valid',
    async run(trial) {
      await trial.need('ListVolumes', list(trial, 0, ''));
      await trial.expect('ListVolumes', list(trial, 0, trial.volumeName()), ['ABORTED']);
    },
  },
  {
    ...FIXED,
    id: 'list/published-nodes',
    title: 'ListVolumes names the node where a volume is controller-published',
    since: '1.2.0',
    rule: 'with LIST_VOLUMES_PUBLISHED_NODES, published_node_ids has every node the volume is published at',
    untestable: allOf(
      LISTS,
      controllerCapability('LIST_VOLUMES_PUBLISHED_NODES'),
      controllerCapability('PUBLISH_UNPUBLISH_VOLUME'),
    ),
    run: tryPublishedNodes,
  },
];

function listing(id: string, title: string, maxEntries: number): Check {
  return {
    ...FIXED,
    id,
    title,
    rule: 'it answers all volumes that the plugin knows about, by pages that next_token joins',
    async run(trial) {
      const volumes = [
        await trial.volume([WRITER]),
        await trial.volume([WRITER]),
        await trial.volume([WRITER]),
      ];
      let entries = await entriesOf(trial, maxEntries);
      if (volumes.some(({ id: own }) => count(entries, own) !== 1)) {
        // Others may have created or deleted volumes meanwhile, which excuses a gap or a repetition.
        entries = await entriesOf(trial, maxEntries);
      }
      for (const { id: own } of volumes) expectCount(trial, entries, own, 1);
    },
  };
}

async function tryPublishedNodes(trial: Trial): Promise<void> {
  const volume = await trial.volume([WRITER]);
  await trial.need('ControllerPublishVolume', volume.attach(WRITER));
  const nodesOf = async () => {
    const entries = await entriesOf(trial, 0);
    const own = entries.find((each) => each.volume?.volume_id === volume.id);
    return own?.status?.published_node_ids ?? [];
  };
  const { nodeId } = trial.node;
  const nodes = await nodesOf();
  if (!nodes.includes(nodeId)) {
    trial.deviates({
      sent: `ListVolumes while the volume is published at ${nodeId}`,
      came: `published_node_ids: ${nodes.join(', ') || 'none'}`,
      wanted: nodeId,
    });
  }
  await trial.need('ControllerUnpublishVolume', volume.detach());
  const listed = (await nodesOf()).includes(nodeId);
  // The spec lets the list name nodes at which the volume is not published.
  trial.reads(
    `after ControllerUnpublishVolume the node is ${listed ? 'still' : 'no longer'} listed`,
  );
}

function list({ subject, call }: Trial, max_entries: number, starting_token: string) {
  return subject.controller.controller.ListVolumes({ max_entries, starting_token }, call);
}

/** All entries, page by page. Notes pages that are too large, and a token that leads in a circle. */
export async function entriesOf(trial: Trial, maxEntries: number): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const tokens = new Set<string>();
  let token = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const sent = `ListVolumes with max_entries ${maxEntries}, page ${page + 1}`;
    const asked = list(trial, maxEntries, token);
    const { code } = await trial.expect(sent, asked, ['OK']);
    if (code !== 'OK') throw new Untestable(`${sent} was refused`);
    const answered = await asked;
    if (maxEntries > 0 && answered.entries.length > maxEntries) {
      const came = `${answered.entries.length} entries`;
      trial.deviates({ sent, came, wanted: `at most ${maxEntries}` });
    }
    entries.push(...answered.entries);
    token = answered.next_token;
    if (token === '') return entries;
    if (tokens.has(token)) {
      trial.deviates({ sent, came: 'a next_token for the second time', wanted: 'an end' });
      return entries;
    }
    tokens.add(token);
  }
  throw new Untestable(`the driver has more volumes than ${MOST_PAGES} pages hold`);
}

function count(entries: readonly Entry[], id: string): number {
  return entries.filter(({ volume }) => volume?.volume_id === id).length;
}

function expectCount(trial: Trial, entries: readonly Entry[], id: string, wanted: number): void {
  const found = count(entries, id);
  if (found === wanted) return;
  const came = `${found} entries for it, ${entries.length} in all`;
  trial.deviates({ sent: `ListVolumes with volume ${id}`, came, wanted: `${wanted} for it` });
}
