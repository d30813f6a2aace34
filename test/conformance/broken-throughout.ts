import type { BrokenDriver, Front } from './broken-driver.js';

/** A driver for which one RPC never answers: a repeat of what is published. */
export const silent: BrokenDriver = {
  name: 'never answers a repeat',
  node(real) {
    const published = new Set<string>();
    return {
      async NodePublishVolume(request) {
        if (published.has(request.target_path)) return new Promise(() => {});
        const answer = await real.NodePublishVolume(request);
        published.add(request.target_path);
        return answer;
      },
      async NodeUnpublishVolume(request) {
        const answer = await real.NodeUnpublishVolume(request);
        published.delete(request.target_path);
        return answer;
      },
    };
  },
  caughtBy: [/^publish-table\/SINGLE_NODE_WRITER\/same-target\//],
};

/** A driver that ends in the middle of its first NodePublishVolume. */
export const crashing: BrokenDriver = {
  name: 'crashes at its first NodePublishVolume',
  node: (_real, front: Front) => ({
    async NodePublishVolume() {
      // Cuts this very call off.
      await front.stop();
      return {};
    },
  }),
  caughtBy: [/^alive\/probe$/],
};

/** A driver that answers OK to everything, and does nothing. */
export const yesSayer: BrokenDriver = {
  name: 'answers OK to everything and does nothing',
  controller: (real) => ({
    CreateVolume: () => ({ volume: { volume_id: 'the-volume', capacity_bytes: '1073741824' } }),
    DeleteVolume: () => ({}),
    ControllerPublishVolume: () => ({}),
    ControllerUnpublishVolume: () => ({}),
    ValidateVolumeCapabilities: ({ volume_capabilities }) => ({
      confirmed: { volume_capabilities },
    }),
    ListVolumes: () => ({}),
    GetCapacity: () => ({}),
    ControllerExpandVolume: () => ({}),
    ControllerGetVolume: () => ({}),
    ControllerGetCapabilities: () => real.ControllerGetCapabilities({}),
  }),
  node: () => ({
    NodeStageVolume: () => ({}),
    NodeUnstageVolume: () => ({}),
    NodePublishVolume: () => ({}),
    NodeUnpublishVolume: () => ({}),
    NodeGetVolumeStats: () => ({}),
    NodeExpandVolume: () => ({}),
  }),
  caughtBy: [
    /^publish-table\/\w+\/same-target\/readonly$/,
    /^publish-table\/SINGLE_NODE_SINGLE_WRITER\/other-target\//,
    /^other-capability\//,
    /^malformed\/publish\//,
    /^malformed\/stage\//,
    /^races\/one-target\//,
    /^stats\//,
    /^create\/same-name\/larger$/,
    /^create\/malformed\//,
    /^attach\/malformed\//,
    /^list\/whole$/,
    /^staging\/no-staging-path$/,
  ],
};
