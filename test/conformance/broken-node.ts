import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { instead, memory, modeOf, publishing, wrongly } from './broken-answer.js';
import type { BrokenDriver } from './broken-driver.js';

/** Access modes of the spec, but UNKNOWN. */
const KNOWN = /^(SINGLE|MULTI)_NODE_/;
const MODE = { mode: 'SINGLE_NODE_WRITER' } as const;

/** Each breaks a rule of the Node service beside the publish tables. */
export const brokenNodes: readonly BrokenDriver[] = [
  {
    name: 'publishes whatever access mode it never heard of',
    node: (real) => ({
      NodePublishVolume(request) {
        const { volume_capability } = request;
        const mode = volume_capability?.access_mode?.mode;
        if (!volume_capability?.access_mode || KNOWN.test(String(mode))) {
          return real.NodePublishVolume(request);
        }
        return real.NodePublishVolume({
          ...request,
          volume_capability: { ...volume_capability, access_mode: MODE },
        });
      },
    }),
    caughtBy: [/^malformed\/publish\/unknown-mode$/, /^malformed\/publish\/unheard-of-mode$/],
  },
  {
    name: 'publishes without an access mode',
    node: (real) => ({
      NodePublishVolume: ({ volume_capability: capability, ...request }) =>
        real.NodePublishVolume({
          ...request,
          volume_capability: capability && {
            ...capability,
            access_mode: capability.access_mode ?? MODE,
          },
        }),
    }),
    caughtBy: [/^malformed\/publish\/no-access-mode$/],
  },
  {
    name: 'stages again with another capability',
    node: (real) => ({
      NodeStageVolume: (request) => instead(real.NodeStageVolume(request), 'ALREADY_EXISTS', 'OK'),
    }),
    caughtBy: [/^staging\/other-mode$/],
  },
  {
    name: 'answers INVALID_ARGUMENT where no staging path is set',
    node: (real) => ({
      async NodePublishVolume(request) {
        if (request.staging_target_path === '') throw wrongly('INVALID_ARGUMENT');
        return real.NodePublishVolume(request);
      },
    }),
    caughtBy: [/^staging\/no-staging-path$/],
  },
  {
    name: 'unpublishes only what is published',
    node(real) {
      const published = memory(real);
      return {
        ...published.calls,
        async NodeUnpublishVolume(request) {
          const targets = published.of(request.volume_id).map(({ target_path }) => target_path);
          const answer = published.calls.NodeUnpublishVolume(request);
          return instead(
            answer,
            targets.includes(request.target_path) ? 'INTERNAL' : 'OK',
            'NOT_FOUND',
          );
        },
      };
    },
    caughtBy: [/^unpublish\/twice$/],
  },
  {
    name: 'leaves the target behind',
    node: (real) => ({
      async NodeUnpublishVolume(request) {
        const answer = await real.NodeUnpublishVolume(request);
        mkdirSync(request.target_path, { recursive: true });
        return answer;
      },
    }),
    caughtBy: [/^unpublish\/removes-target$/],
  },
  {
    name: 'unpublishes from all targets at once',
    node(real) {
      const published = memory(real);
      return {
        ...published.calls,
        async NodeUnpublishVolume(request) {
          for (const { target_path } of published.of(request.volume_id)) {
            await published.calls.NodeUnpublishVolume({ ...request, target_path });
          }
          return published.calls.NodeUnpublishVolume(request);
        },
      };
    },
    caughtBy: [/^slots\/other-stays\//, /^slots\/refused-target\//],
  },
  {
    name: 'publishes the reader-only modes writable',
    node: (real) => ({
      async NodePublishVolume(request) {
        const answer = await real.NodePublishVolume(request);
        if (!request.readonly && modeOf(request).endsWith('_READER_ONLY')) writable(request);
        return answer;
      },
    }),
    caughtBy: [/^mounts\/reader-only\//],
  },
  {
    name: 'ignores the readonly flag',
    node: (real) => ({
      async NodePublishVolume(request) {
        const answer = await real.NodePublishVolume(request);
        if (request.readonly && !modeOf(request).endsWith('_READER_ONLY')) writable(request);
        return answer;
      },
    }),
    caughtBy: [/^mounts\/readonly$/, /^mounts\/readonly-beside\//],
  },
  {
    name: 'shows each target data of its own',
    node(real) {
      const covered = new Set<string>();
      const uncover = (target: string): void => {
        if (covered.delete(target)) execFileSync('umount', [target]);
      };
      return {
        async NodePublishVolume(request) {
          const target = request.target_path;
          uncover(target);
          const answer = await real.NodePublishVolume(request);
          if (
            modeOf(request).endsWith('MULTI_WRITER') &&
            !covered.has(target) &&
            !request.readonly
          ) {
            execFileSync('mount', ['-t', 'tmpfs', 'none', target]);
            covered.add(target);
          }
          return answer;
        },
        async NodeUnpublishVolume(request) {
          uncover(request.target_path);
          return real.NodeUnpublishVolume(request);
        },
      };
    },
    caughtBy: [/^mounts\/shared-data\//],
  },
  {
    name: 'uses a volume in no other mode than it was created for',
    controller(real) {
      const created = new Map<string, ReadonlySet<string>>();
      return {
        async CreateVolume(request) {
          const answer = await real.CreateVolume(request);
          const modes = request.volume_capabilities.map((each) => String(each.access_mode?.mode));
          created.set(String(answer.volume?.volume_id), new Set(modes));
          return answer;
        },
        async ControllerPublishVolume(request) {
          const modes = created.get(request.volume_id);
          const isOther = modes?.has(modeOf(request)) === false;
          if (isOther && KNOWN.test(modeOf(request))) throw wrongly('FAILED_PRECONDITION');
          return real.ControllerPublishVolume(request);
        },
        async ControllerExpandVolume(request) {
          const modes = created.get(request.volume_id);
          const mode = modeOf(request);
          if (modes?.has(mode) === false && KNOWN.test(mode)) throw wrongly('INVALID_ARGUMENT');
          return real.ControllerExpandVolume(request);
        },
        async ValidateVolumeCapabilities(request) {
          const answer = await real.ValidateVolumeCapabilities(request);
          const modes = created.get(request.volume_id);
          const supported = request.volume_capabilities.every((each) =>
            modes?.has(String(each.access_mode?.mode)),
          );
          return supported ? answer : { message: 'broken on purpose' };
        },
      };
    },
    caughtBy: [/^supports\/moved\//],
  },
  {
    name: 'looks for another publication before it waits for its turn',
    ...publishing(
      (request, there) =>
        modeOf(request) === 'SINGLE_NODE_SINGLE_WRITER' &&
        there.every(({ target_path }) => target_path === request.target_path),
      'FAILED_PRECONDITION',
      'OK',
    ),
    caughtBy: [/^races\/one-target\//],
  },
  {
    name: 'has statistics of any path',
    node: (real) => ({
      NodeGetVolumeStats: (request) => instead(real.NodeGetVolumeStats(request), 'NOT_FOUND', 'OK'),
    }),
    caughtBy: [/^stats\//],
  },
];

function writable({ target_path }: { readonly target_path: string }): void {
  execFileSync('mount', ['-o', 'remount,bind,rw', target_path]);
}
