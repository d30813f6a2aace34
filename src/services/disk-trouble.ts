import type { Call, Handler } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import { errorCode } from '../host/errno.js';
import { SyscallError } from '../host/syscall-error.js';
import { RecordError } from '../record/envelope.js';
import { hostRefusal } from './host-refusal.js';
import { StoreFullError } from '../store/store.js';

/**
 * The same RPCs, which answer RESOURCE_EXHAUSTED when a disk that they write to has no room, OUT_OF_RANGE
 * when it holds no file as large as an image would have to be, FAILED_PRECONDITION when a file that processes share cannot be read as what it should be, and what a
 * refusal of the host means otherwise, as that of a program that is missing.
 */
export function refusingDiskTrouble<Service extends object>(service: Service): Service {
  const refusing = { ...service };
  for (const rpc of Object.keys(service)) {
    const handler: unknown = Reflect.get(service, rpc);
    if (isHandler(handler)) Reflect.set(refusing, rpc, refusingHandler(handler));
  }
  return refusing;
}

function refusingHandler(handler: Handler<object, object>): Handler<object, object> {
  return async (request: object, call: Call) => {
    try {
      return await handler(request, call);
    } catch (error) {
      // Its message names the file and quotes nothing of it.
      if (error instanceof RecordError) {
        throw new StatusError('FAILED_PRECONDITION', error.message, { cause: error });
      }
      if (errorCode(error) === 'EFBIG') {
        throw new StatusError(
          'OUT_OF_RANGE',
          'the file system of the pool holds no file as large as this volume would be',
          { cause: error },
        );
      }
      const full = fullDisk(error);
      if (full === undefined) throw hostRefusal(error) ?? error;
      throw new StatusError('RESOURCE_EXHAUSTED', `${full} is full`, { cause: error });
    }
  };
}

const NO_ROOM: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

/** Which disk it is that has no room; undefined when that is not what was thrown. */
function fullDisk(thrown: unknown): string | undefined {
  if (thrown instanceof StoreFullError) return 'the disk of the state directory';
  // To mount(2) and its kin, ENOSPC is one mount more than the namespace may have.
  if (thrown instanceof SyscallError || !NO_ROOM.has(errorCode(thrown))) return undefined;
  return 'the disk of the pool or of the state directory';
}

function isHandler(value: unknown): value is Handler<object, object> {
  return typeof value === 'function';
}
