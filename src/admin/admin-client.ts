import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { property } from '../csi/message-type.js';

/** What an admin socket answered instead, or why it did not answer. The message says what to do. */
export class AdminError extends Error {
  override readonly name = 'AdminError';

  constructor(
    /** The code that was answered, `UNAVAILABLE` when nobody did. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The other side of an admin socket. Everything rejects with an AdminError. */
export interface AdminClient {
  /** Resolves with what is answered; `path` is what comes after the version. */
  ask(method: string, path: string, body?: string): Promise<unknown>;
  /** What is sent one after the other, until the driver stops. */
  follow(path: string): AsyncGenerator;
}

export function adminClient(socketPath: string): AdminClient {
  async function open(method: string, path: string, body?: string): Promise<IncomingMessage> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({ socketPath, method, path: `/v1${path}` }, resolve);
      sent.once('error', (cause) => reject(unanswered(socketPath, cause)));
      sent.end(body);
    });
    if (response.statusCode === 200) return response;
    const error = property(parsed(await text(response)), 'error');
    const message = property(error, 'message');
    throw new AdminError(
      String(property(error, 'code')),
      typeof message === 'string' ? message : `${socketPath} answered ${response.statusCode}`,
    );
  }

  return {
    async ask(method, path, body) {
      const response = await open(method, path, body);
      try {
        return parsed(await text(response));
      } catch (error) {
        if (error instanceof AdminError) throw error;
        throw new AdminError('UNAVAILABLE', 'the driver ended before it had answered');
      }
    },

    async *follow(path) {
      const response = await open('GET', path);
      for await (const line of createInterface({ input: response })) yield parsed(line);
    },
  };
}

function unanswered(socketPath: string, { code, message }: NodeJS.ErrnoException): AdminError {
  return new AdminError(
    'UNAVAILABLE',
    `no driver answers at ${socketPath} (${code ?? message}): name its socket with --admin-socket, ` +
      'or its directory with --state-dir',
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new AdminError(
      'INTERNAL',
      'the answer is no JSON: is there another program at the socket?',
    );
  }
}
