import type { Method } from '../csi/around.js';
import type { Rpc } from '../csi/rpc.js';

/** What a call is about, looked up when the first rule asks for it. */
export interface CallSubject {
  readonly rpc: string;
  readonly request: object;
  /** The volume's id, undefined where the call has none to give yet. */
  readonly volumeId: string | undefined;
  /** The volume's id and name, as far as they are known. */
  readonly volumeNames: readonly string[];
  readonly nodeId: string | undefined;
}

/** How the driver that is called knows more than the call says. */
export interface Whereabouts {
  /** The node whose socket this is. */
  readonly nodeId: string;
  /** The name of a volume by its id; undefined where it is not known. */
  readonly volumeName: (volumeId: string) => string | undefined;
}

/** The fields of requests that have the id of a volume. */
const VOLUME_IDS = ['volume_id', 'source_volume_id'] as const;

/** Whether the calls of an RPC are about a volume. */
export function namesVolume({ name, request }: Rpc): boolean {
  const ids: readonly string[] = VOLUME_IDS;
  return name === 'CreateVolume' || request.fields.some((field) => ids.includes(field.name));
}

/** Whether the calls of an RPC are about a node. */
export function namesNode({ service, request }: Rpc): boolean {
  return service === 'Node' || request.fields.some((field) => field.name === 'node_id');
}

/** A call that the driver has not answered yet. */
export interface AskedSubject extends CallSubject {
  /**
   * The same call with its answer, which says the id of a volume that is new. Of other volumes it has the
   * names from before: a volume may be gone with the answer.
   */
  answered(response: object): CallSubject;
}

export function callSubject(
  { rpc, service }: Method,
  request: object,
  { nodeId, volumeName }: Whereabouts,
): AskedSubject {
  const isNew = rpc === 'CreateVolume';
  let names: readonly string[] | undefined;
  const asked: AskedSubject = {
    rpc,
    request,
    get volumeId() {
      return isNew ? undefined : VOLUME_IDS.map((field) => textIn(request, field)).find(Boolean);
    },
    get volumeNames() {
      return (names ??= namesOf(asked.volumeId));
    },
    get nodeId() {
      return service === 'Node' ? nodeId : textIn(request, 'node_id');
    },
    answered(response) {
      if (!isNew) return asked;
      const volume: unknown = Reflect.get(response, 'volume');
      const volumeId =
        typeof volume === 'object' && volume !== null ? textIn(volume, 'volume_id') : undefined;
      return { rpc, request, volumeId, volumeNames: namesOf(volumeId), nodeId: asked.nodeId };
    },
  };
  return asked;

  function namesOf(id: string | undefined): readonly string[] {
    const name = isNew ? textIn(request, 'name') : id === undefined ? undefined : volumeName(id);
    return [id, name].filter((each) => each !== undefined);
  }
}

function textIn(message: object, field: string): string | undefined {
  const value: unknown = Reflect.get(message, field);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
