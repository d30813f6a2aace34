import { pino } from 'pino';
import type { Log } from '../log.js';
import type { CallOutlet } from './call-log.js';
import { callRecord } from './call-record.js';
import { grpcCallLine } from './grpc-call-line.js';
import { lineFile } from './line-file.js';

const STDOUT = 1;

/** In bytes: what a reader that is slow may leave before lines are dropped. */
const BACKLOG = 2 ** 20;

/** Where the calls go beside memory: the file of the call log, and the lines for Kubernetes' suite. */
export function callOutlets(
  wanted: { readonly callLogFile: string; readonly grpcCallLines: boolean },
  log: Log,
): readonly CallOutlet[] {
  const outlets: CallOutlet[] = [];
  if (wanted.callLogFile !== '') {
    const file = lineFile(wanted.callLogFile, (error) => {
      log.error({ err: error }, `calls are lost: ${wanted.callLogFile} cannot be written`);
    });
    outlets.push((facts, bytes) => file.write(JSON.stringify(callRecord(facts, bytes))));
  }
  if (wanted.grpcCallLines) {
    const stdout = pino.destination({ fd: STDOUT, sync: true, maxLength: BACKLOG });
    // A reader that is gone loses lines and ends nothing.
    stdout.on('error', () => undefined);
    outlets.push((facts, bytes) => stdout.write(`${grpcCallLine(facts, bytes)}\n`));
  }
  return outlets;
}
