import { randomUUID } from 'node:crypto';
import { instead, wrongly } from './broken-answer.js';
import type { BrokenDriver } from './broken-driver.js';

const MODE = { mode: 'SINGLE_NODE_WRITER' } as const;

/** Each breaks a rule of the Controller service. */
export const brokenControllers: readonly BrokenDriver[] = [
  {
    name: 'makes another volume for each CreateVolume',
    controller: (real) => ({
      CreateVolume: (request) =>
        real.CreateVolume({ ...request, name: request.name && `${request.name}-${randomUUID()}` }),
    }),
    caughtBy: [/^create\/same-name(\/|$)/, /^create\/parallel$/],
  },
  {
    name: 'answers a volume of another size for a name that is taken',
    controller: (real) => ({
      CreateVolume: (request) =>
        real.CreateVolume(request).catch((error: { readonly code: string }) => {
          if (error.code !== 'ALREADY_EXISTS') throw error;
          return real.CreateVolume({ ...request, capacity_range: null });
        }),
    }),
    caughtBy: [/^create\/same-name\/larger$/, /^create\/same-name\/smaller$/],
  },
  {
    name: 'creates volumes for UNKNOWN',
    controller: (real) => ({
      CreateVolume: (request) =>
        real.CreateVolume({
          ...request,
          volume_capabilities: request.volume_capabilities.map((each) =>
            each.access_mode?.mode === 'UNKNOWN' ? { ...each, access_mode: MODE } : each,
          ),
        }),
    }),
    caughtBy: [/^create\/malformed\/(second-)?unknown-mode$/],
  },
  {
    name: 'attaches again with another readonly flag or access mode',
    controller: (real) => ({
      ControllerPublishVolume: (request) =>
        instead(real.ControllerPublishVolume(request), 'ALREADY_EXISTS', 'OK'),
    }),
    caughtBy: [/^attach\/other-readonly\//, /^attach\/other-access-mode$/],
  },
  {
    name: 'answers another publish_context each time',
    controller: (real) => ({
      async ControllerPublishVolume(request) {
        const { publish_context } = await real.ControllerPublishVolume(request);
        return { publish_context: { ...publish_context, turn: randomUUID() } };
      },
    }),
    caughtBy: [/^attach\/repeat$/],
  },
  {
    name: 'attaches at any node',
    controller: (real) => ({
      ControllerPublishVolume: (request) =>
        request.node_id.startsWith('csi-check')
          ? instead(real.ControllerPublishVolume(request), 'NOT_FOUND', 'OK')
          : real.ControllerPublishVolume(request),
    }),
    caughtBy: [/^attach\/unknown-node$/],
  },
  {
    name: 'attaches SINGLE_NODE_WRITER at a second node',
    nodes: 2,
    controller: (real) => ({
      ControllerPublishVolume: (request) =>
        request.volume_capability?.access_mode?.mode === 'SINGLE_NODE_WRITER'
          ? instead(real.ControllerPublishVolume(request), 'FAILED_PRECONDITION', 'OK')
          : real.ControllerPublishVolume(request),
    }),
    caughtBy: [/^attach-nodes\/SINGLE_NODE_WRITER$/],
  },
  {
    name: 'attaches MULTI_NODE_MULTI_WRITER at one node only',
    nodes: 2,
    controller(real) {
      const nodes = new Map<string, string>();
      return {
        async ControllerPublishVolume(request) {
          const mode = request.volume_capability?.access_mode?.mode;
          const there = nodes.get(request.volume_id) ?? request.node_id;
          if (mode === 'MULTI_NODE_MULTI_WRITER' && there !== request.node_id) {
            throw wrongly('FAILED_PRECONDITION');
          }
          const answer = await real.ControllerPublishVolume(request);
          nodes.set(request.volume_id, request.node_id);
          return answer;
        },
        async ControllerUnpublishVolume(request) {
          const answer = await real.ControllerUnpublishVolume(request);
          if (nodes.get(request.volume_id) === request.node_id) nodes.delete(request.volume_id);
          return answer;
        },
      };
    },
    caughtBy: [/^attach-nodes\/MULTI_NODE_MULTI_WRITER$/],
  },
  {
    name: 'confirms every capability',
    controller: (real) => ({
      async ValidateVolumeCapabilities(request) {
        await real.ValidateVolumeCapabilities(request);
        const { volume_capabilities, volume_context, parameters } = request;
        return { confirmed: { volume_capabilities, volume_context, parameters } };
      },
    }),
    caughtBy: [/^validate\/usable\//],
  },
  {
    name: 'confirms no capability',
    controller: (real) => ({
      async ValidateVolumeCapabilities(request) {
        await real.ValidateVolumeCapabilities(request);
        return { message: 'broken on purpose' };
      },
    }),
    caughtBy: [/^validate\/created-with\//],
  },
  {
    name: 'deletes volumes that are attached',
    controller: (real) => ({
      DeleteVolume: (request) => instead(real.DeleteVolume(request), 'FAILED_PRECONDITION', 'OK'),
    }),
    caughtBy: [/^delete\/attached$/],
  },
  {
    name: 'deletes a volume once only',
    controller(real) {
      const gone = new Set<string>();
      return {
        async DeleteVolume(request) {
          if (gone.has(request.volume_id)) throw wrongly('NOT_FOUND');
          const answer = await real.DeleteVolume(request);
          gone.add(request.volume_id);
          return answer;
        },
      };
    },
    caughtBy: [/^delete\/twice$/],
  },
  {
    name: 'loses the entry between two pages',
    controller: (real) => ({
      async ListVolumes(request) {
        const page = await real.ListVolumes(request);
        if (page.next_token === '') return page;
        return real
          .ListVolumes({ max_entries: 1, starting_token: page.next_token })
          .then(({ next_token }) => ({ ...page, next_token }));
      },
    }),
    caughtBy: [/^list\/pages$/],
  },
  {
    name: 'starts its list anywhere',
    controller: (real) => ({
      ListVolumes: (request) => instead(real.ListVolumes(request), 'ABORTED', 'OK'),
    }),
    caughtBy: [/^list\/bad-token$/],
  },
  {
    name: 'lists no node',
    controller: (real) => ({
      async ListVolumes(request) {
        const page = await real.ListVolumes(request);
        const entries = page.entries.map(({ volume, status }) => ({
          volume,
          status: { ...status, published_node_ids: [] },
        }));
        return { ...page, entries };
      },
    }),
    caughtBy: [/^list\/published-nodes$/],
  },
  {
    name: 'detaches only what is attached',
    controller(real) {
      const attached = new Set<string>();
      return {
        async ControllerPublishVolume(request) {
          const answer = await real.ControllerPublishVolume(request);
          attached.add(request.volume_id);
          return answer;
        },
        async ControllerUnpublishVolume(request) {
          const answer = await real.ControllerUnpublishVolume(request);
          if (!attached.delete(request.volume_id)) throw wrongly('NOT_FOUND');
          return answer;
        },
      };
    },
    caughtBy: [/^detach\/twice$/, /^detach\/never-attached$/],
  },
  {
    name: 'promises the size that it is asked for and answers less',
    controller: (real) => ({
      async ControllerExpandVolume(request) {
        const answer = await real.ControllerExpandVolume(request);
        return { ...answer, capacity_bytes: '1' };
      },
    }),
    caughtBy: [/^expand\/larger$/, /^expand\/(repeat|smaller)$/, /^block\/expand$/],
  },
  {
    name: 'advertises SINGLE_NODE_MULTI_WRITER in the Controller service alone',
    options: { withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'] },
    caughtBy: [/^capabilities\/single-node-multi-writer$/],
  },
  {
    name: 'advertises SINGLE_NODE_MULTI_WRITER in the Node service alone',
    options: { withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'] },
    caughtBy: [/^capabilities\/single-node-multi-writer$/],
  },
];
