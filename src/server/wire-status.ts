import { StringDecoder } from 'node:string_decoder';
import { status } from '@grpc/grpc-js';
import type { StatusError } from '../csi/status.js';

/** The message goes into a header, where a byte may become three; some clients take 8 KiB of headers. */
const MESSAGE_BYTES = 2000;

/** A refusal as grpc-js sends it. */
export function wireStatus({ code, message }: StatusError): { code: status; details: string } {
  return { code: status[code], details: bounded(message) };
}

/** By way of bytes, which leaves no half of a surrogate pair: grpc-js throws when it encodes one. */
function bounded(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= MESSAGE_BYTES) return bytes.toString();
  // Holds back a character that is cut in two.
  return `${new StringDecoder('utf8').write(bytes.subarray(0, MESSAGE_BYTES))}...`;
}
