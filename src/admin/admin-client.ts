import { request, type IncomingMessage } from 'node:http';
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
    const error = property(parsed(await whole(response)), 'error');
    const message = property(error, 'message');
    throw new AdminError(
      String(property(error, 'code')),
      typeof message === 'string' ? message : `${socketPath} answered ${response.statusCode}`,
    );
  }

  return {
    ask: async (method, path, body) => parsed(await whole(await open(method, path, body))),

    async *follow(path) {
      const response = await open('GET', path);
      let rest = '';
      for await (const piece of pieces(response)) {
        const lines = (rest + piece).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield parsed(line);
      }
      if (rest !== '') yield parsed(rest);
    },
  };
}

async function whole(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of pieces(response)) text += piece;
  return text;
}

/** The text of an answer as it comes. Throws an AdminError when it ends too early. */
async function* pieces(response: IncomingMessage): AsyncGenerator<string> {
  try {
    for await (const piece of response.setEncoding('utf8')) yield String(piece);
  } catch {
    throw new AdminError('UNAVAILABLE', 'the driver ended before it had answered');
  }
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
