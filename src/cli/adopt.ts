import { adminClient } from '../admin/admin-client.js';
import { adoptDirectory } from '../assembly/adopt.js';
import { errorCode } from '../host/errno.js';
import type { Options } from '../options.js';
import { adoptionJson, type Adoption } from '../services/administration/adoption.js';
import { StoreError } from '../store/store.js';
import { listOf } from './admin/answer.js';

/**
 * Adopts a directory for the driver with these options: by its admin socket while it runs, in this process
 * while it does not. Rejects with what either throws.
 */
export async function adoptAnywhere(
  options: Options,
  adoption: Adoption,
): Promise<readonly string[]> {
  try {
    return await adoptDirectory(options, adoption);
  } catch (error) {
    if (!isRunning(error) || options.adminSocket === '') throw error;
  }
  const client = adminClient(options.adminSocket);
  const answer = await client.ask('POST', '/volumes', adoptionJson(adoption));
  return listOf(answer, 'done').map(String);
}

/** The lock of the store tells whether there is a driver, whatever answers at its sockets. */
function isRunning(error: unknown): boolean {
  return error instanceof StoreError && errorCode(error.cause) === 'LEVEL_LOCKED';
}
