import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { elsewhere, instead, otherAtTarget, publishing, type Situation } from './broken-answer.js';
import type { BrokenDriver } from './broken-driver.js';

const isBlock: Situation = ({ volume_capability }) => Boolean(volume_capability?.block);
const ofBlock =
  (situation: Situation): Situation =>
  (request, there) =>
    isBlock(request, there) && situation(request, there);

/** Each breaks a rule of volumes that are accessed as block devices. */
export const brokenBlock: readonly BrokenDriver[] = [
  {
    name: 'publishes a block device again with another readonly flag',
    ...publishing(ofBlock(otherAtTarget(({ readonly }) => readonly)), 'ALREADY_EXISTS', 'OK'),
    caughtBy: [/^publish-block\/[A-Z_]+\/same-target\/readonly$/],
  },
  {
    name: 'publishes a block device at one target only',
    ...publishing(ofBlock(elsewhere), 'OK', 'FAILED_PRECONDITION'),
    caughtBy: [/^publish-block\/[A-Z_]*(MULTI_NODE|MULTI_WRITER)[A-Z_]*\/other-target\//],
  },
  {
    name: 'places block devices for writing only',
    node: (real) => ({
      NodePublishVolume: (request) =>
        real.NodePublishVolume({
          ...request,
          readonly: request.volume_capability?.block ? false : request.readonly,
        }),
    }),
    caughtBy: [/^block\/read-only$/, /^publish-block\/.*\/readonly$/],
  },
  {
    name: 'places a file where a block device belongs',
    node(real) {
      const placed = new Set<string>();
      return {
        NodePublishVolume(request) {
          const { target_path, volume_capability } = request;
          if (!volume_capability?.block) return real.NodePublishVolume(request);
          for (const path of [target_path, `${target_path}.file`]) writeFileSync(path, '');
          execFileSync('mount', ['--bind', `${target_path}.file`, target_path]);
          placed.add(target_path);
          return {};
        },
        NodeUnpublishVolume(request) {
          const { target_path } = request;
          if (!placed.delete(target_path)) return real.NodeUnpublishVolume(request);
          execFileSync('umount', [target_path]);
          for (const path of [target_path, `${target_path}.file`]) rmSync(path);
          return {};
        },
      };
    },
    caughtBy: [/^block\/device$/, /^block\/read-only$/],
  },
  {
    name: 'does not grow block devices',
    controller: (real) => ({
      ControllerExpandVolume: (request) =>
        request.volume_capability?.block
          ? instead(real.ControllerExpandVolume(request), 'OK', 'INVALID_ARGUMENT')
          : real.ControllerExpandVolume(request),
    }),
    caughtBy: [/^block\/expand$/],
  },
];
