import type { IncomingMessage } from 'node:http';
import { StatusError } from '../csi/status.js';
import { LONGEST_RULES } from '../faults/rule-text.js';

/** A request at the admin socket, as far as the routes need it. */
export interface AdminRequest {
  /** What stands in the place of a `:name` of the route. */
  param(name: string): string;
  /** What the query says, where it says nothing but this. Throws INVALID_ARGUMENT. */
  query<const Name extends string>(...names: readonly Name[]): { readonly [N in Name]?: string };
  /** The whole body. Rejects with RESOURCE_EXHAUSTED when it is too long. */
  text(): Promise<string>;
  /** The body as a JSON object. Rejects with INVALID_ARGUMENT. */
  json(): Promise<Readonly<Record<string, unknown>>>;
  /** Aborts when nobody waits for the answer any longer. */
  readonly signal: AbortSignal;
}

export function adminRequest(
  message: IncomingMessage,
  url: URL,
  params: ReadonlyMap<string, string>,
  signal: AbortSignal,
): AdminRequest {
  const request: AdminRequest = {
    signal,
    param: (name) => params.get(name) ?? '',

    query(...names) {
      const given: { [N in (typeof names)[number]]?: string } = {};
      for (const [key, value] of url.searchParams) {
        const name = names.find((each) => each === key);
        if (name === undefined) {
          const known = names.length === 0 ? 'none' : names.join(', ');
          throw invalid(`query: expected ${known}, got ${JSON.stringify(key)}`);
        }
        if (given[name] !== undefined) throw invalid(`query: ${name} is given more than once`);
        given[name] = value;
      }
      return given;
    },

    text: () => bodyOf(message),

    async json() {
      const text = await request.text();
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        throw invalid('body: expected JSON');
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw invalid('body: expected a JSON object');
      }
      return { ...value };
    },
  };
  return request;
}

export function invalid(message: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', message);
}

/** Rules are the longest that is sent. */
function bodyOf(message: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LONGEST_RULES) chunks.push(chunk);
      else
        reject(new StatusError('RESOURCE_EXHAUSTED', `body: longer than ${LONGEST_RULES} bytes`));
    });
    message.once('end', () => resolve(Buffer.concat(chunks).toString()));
    message.once('close', () => reject(new StatusError('CANCELLED', 'the client is gone')));
  });
}
