import type { Client } from '../../src/csi/client.js';
import type { NodePublishVolumeRequest__Output } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import { StatusError, type Code } from '../../src/csi/status.js';
import type { Breakage } from './broken-driver.js';

type Published = NodePublishVolumeRequest__Output;

/** A refusal that the real driver would not have given. */
export function wrongly(code: Code): StatusError {
  return new StatusError(code, 'broken on purpose');
}

/** What the real driver answers, but one code instead of another; instead of a refusal: nothing. */
export async function instead<Answer extends object>(
  answer: Promise<Answer>,
  from: Code | 'OK',
  to: Code | 'OK',
): Promise<Answer | Record<string, never>> {
  const given = await answer.catch((error: unknown) => StatusError.from(error));
  const code = given instanceof StatusError ? given.code : 'OK';
  if (code === from) {
    if (to === 'OK') return {};
    throw wrongly(to);
  }
  if (given instanceof StatusError) throw given;
  return given;
}

/** A request, and what is published of its volume. */
export type Situation = (request: Published, there: readonly Published[]) => boolean;

/** A driver whose NodePublishVolume answers one code instead of another in a situation. */
export function publishing(
  situation: Situation,
  from: Code | 'OK',
  to: Code | 'OK',
): Required<Pick<Breakage, 'node'>> {
  return {
    node(real) {
      const published = memory(real);
      return {
        ...published.calls,
        async NodePublishVolume(request) {
          const broken = situation(request, published.of(request.volume_id));
          const answer = published.calls.NodePublishVolume(request);
          return broken ? instead(answer, from, to) : answer;
        },
      };
    },
  };
}

/** Passes on what publishes and unpublishes, and remembers what is published. */
export function memory(real: Client['node']) {
  const requests = new Map<string, Published>();
  return {
    of: (volumeId: string) =>
      [...requests.values()].filter(({ volume_id }) => volume_id === volumeId),
    calls: {
      async NodePublishVolume(request: Published) {
        const answer = await real.NodePublishVolume(request);
        requests.set(request.target_path, request);
        return answer;
      },
      async NodeUnpublishVolume(request: { readonly volume_id: string; target_path: string }) {
        const answer = await real.NodeUnpublishVolume(request);
        requests.delete(request.target_path);
        return answer;
      },
    },
  };
}

export function modeOf({ volume_capability }: Pick<Published, 'volume_capability'>): string {
  return String(volume_capability?.access_mode?.mode);
}

/** The target is published, and what `part` takes of the request differs from how. */
export function otherAtTarget(part: (request: Published) => unknown): Situation {
  return (request, there) =>
    there.some(
      (each) =>
        each.target_path === request.target_path &&
        JSON.stringify(part(each)) !== JSON.stringify(part(request)),
    );
}

/** The target is published. */
export const repeated: Situation = ({ target_path }, there) =>
  there.some((each) => each.target_path === target_path);

/** Other targets are published. */
export const elsewhere: Situation = ({ target_path }, there) =>
  there.some((each) => each.target_path !== target_path);
