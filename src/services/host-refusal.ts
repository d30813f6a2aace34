import { StatusError } from '../csi/status.js';
import { LoopError } from '../host/loop-devices.js';
import { MountRefusal } from '../host/mount-refusal.js';
import { ToolError } from '../host/tool.js';

/**
 * The status for what the host refuses: FAILED_PRECONDITION for what the CO or an administrator can mend,
 * whatever the RPC; RESOURCE_EXHAUSTED for a disk that is full. Undefined for anything else.
 */
export function hostRefusal(thrown: unknown): StatusError | undefined {
  if (thrown instanceof MountRefusal || thrown instanceof LoopError) {
    return new StatusError('FAILED_PRECONDITION', thrown.message, { cause: thrown });
  }
  if (!(thrown instanceof ToolError)) return undefined;
  switch (thrown.reason) {
    case 'missing':
    case 'not-permitted':
      return new StatusError('FAILED_PRECONDITION', thrown.message, { cause: thrown });
    case 'no-room':
      return new StatusError('RESOURCE_EXHAUSTED', thrown.message, { cause: thrown });
    case 'failed':
      return new StatusError('INTERNAL', thrown.message, { cause: thrown });
  }
}

/** The result of `act`, whose refusals by the host become statuses. */
export function translated<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw hostRefusal(error) ?? error;
  }
}

/** The same of what takes long. */
export async function translatedLater<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw hostRefusal(error) ?? error;
  }
}
