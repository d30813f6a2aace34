import { status } from '@grpc/grpc-js';
import type { MessageType } from '../csi/message-type.js';
import type { Code } from '../csi/status.js';
import { WIRE_METHODS } from '../csi/wire-method.js';
import { goJson, goText } from './go-json.js';
import { messagesOf, type CallBytes, type CallFacts } from './kept-call.js';
import { withoutHidden } from './plain-message.js';

/**
 * The line that Kubernetes' end-to-end suite reads from the output of a mock driver: `gRPCCall: ` and
 * one object in Go's JSON. Secrets are redacted, so what the suite asserts about their values fails.
 */
export function grpcCallLine(facts: CallFacts, bytes: CallBytes): string {
  const [message] = bytes;
  const { path, code } = facts;
  const method = WIRE_METHODS.get(path);
  const { request, response } = messagesOf(facts, bytes);
  const members = [
    `"Method":${goText(path)}`,
    `"Request":${shown(request, method?.request)}`,
    `"Response":${shown(response, method?.response)}`,
    ...errorMembers(code, message?.toString() ?? ''),
  ];
  return `gRPCCall: {${members.join(',')}}`;
}

function shown(message: object | undefined, type: MessageType | undefined): string {
  return message === undefined || type === undefined
    ? 'null'
    : goJson(withoutHidden(message, type), type);
}

function errorMembers(code: Code | 'OK', message: string): readonly [string, string] {
  if (code === 'OK') return ['"Error":""', '"FullError":null'];
  const reason = message === '' ? '' : `,"message":${goText(message)}`;
  return [
    `"Error":${goText(`rpc error: code = ${goCode(code)} desc = ${message}`)}`,
    `"FullError":{"code":${status[code]}${reason}}`,
  ];
}

/** `FailedPrecondition` of FAILED_PRECONDITION. */
function goCode(code: Code): string {
  if (code === 'CANCELLED') return 'Canceled';
  return code
    .toLowerCase()
    .replaceAll(/(?:^|_)([a-z])/g, (_all, first: string) => first.toUpperCase());
}
