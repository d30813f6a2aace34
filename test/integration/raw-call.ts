import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { codeName } from '../../src/csi/code.js';
import { StatusError } from '../../src/csi/status.js';
import { encode, type Field } from '../csi/wire.js';
import type { DriverUnderTest } from './driver-under-test.js';

/**
 * Calls an RPC of the Node service with a request as it stands on the wire, which need not be one that
 * the driver's own client could send. Resolves with the bytes of the response; rejects with a StatusError.
 */
export async function rawCall(
  driver: DriverUnderTest,
  rpc: string,
  ...fields: readonly Field[]
): Promise<Buffer> {
  const client = new Client(driver.options.endpoint, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  try {
    return await new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        `/csi.v1.Node/${rpc}`,
        asIs,
        asIs,
        encode(fields),
        (error: ServiceError | null, response) => {
          if (error === null && response !== undefined) return resolve(response);
          return reject(statusOf(error));
        },
      );
    });
  } finally {
    client.close();
  }
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

function statusOf(error: ServiceError | null): StatusError {
  const code = codeName(error?.code ?? status.UNKNOWN);
  return new StatusError(code === 'OK' ? 'UNKNOWN' : code, error?.details ?? 'no response');
}
