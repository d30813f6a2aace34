/**
 * What the layers and the call log cost a call when nothing is asked of them: a Probe is answered in
 * this process, without gRPC, with them and without, in turns, by processor time.
 */
import { ServerInterceptingCall, type ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { misbehaviour } from '../src/assembly/misbehaviour.js';
import { callRecorder } from '../src/calls/call-log.js';
import { around } from '../src/csi/around.js';
import type { CallObserver } from '../src/csi/ended-call.js';
import { csi } from '../src/csi/proto.js';
import { createLog } from '../src/log.js';
import { resolveOptions } from '../src/options.js';
import { methodsOf } from '../src/server/methods.js';
import { OngoingCall } from '../src/server/ongoing-call.js';
import type { Unary } from '../src/server/unary.js';
import { noSimulations } from '../src/services/simulations.js';

/** Nothing is sent to anybody. */
const stream: ServerInterceptingCallInterface = Object.create(ServerInterceptingCall.prototype);
const PATH = '/csi.v1.Identity/Probe';
const ROUNDS = 9;
const CALLS = 40_000;

const log = createLog({ level: 'info', format: 'json' });
const options = resolveOptions({ stateDir: '/nonexistent' });
const nobody = () => undefined;
const recorder = callRecorder({
  calls: options.callLogSize,
  bytes: Number(options.callLogMemory),
  outlets: [],
  volumeName: nobody,
});
const layers = [recorder.layer, ...misbehaviour(options, log, noSimulations(), nobody).layers('n')];
const services = [
  { definition: csi.Identity.service, handlers: { Probe: () => ({ ready: { value: true } }) } },
];

const bare = probe(methodsOf(services).get(PATH));
const layered = probe(methodsOf(services, around(layers)).get(PATH));
const pairs: (readonly [bare: number, layered: number])[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  pairs.push([await costOf(bare), await costOf(layered, recorder.observer('n'))]);
}
const [without = NaN, withThem = NaN] =
  pairs.toSorted(([a, b], [c, d]) => b - a - (d - c))[Math.floor(ROUNDS / 2)] ?? [];
process.stdout.write(
  `a Probe without gRPC, us of processor time: ${without.toFixed(2)} without layers and call log, ` +
    `${withThem.toFixed(2)} with them: ${(withThem - without).toFixed(2)} more (median of ${ROUNDS})\n`,
);

function probe(method: Unary | undefined): Unary {
  if (method === undefined) throw new Error('Probe is not served');
  return method;
}

/** In microseconds a call. */
async function costOf(method: Unary, observe?: CallObserver): Promise<number> {
  const request = Buffer.alloc(0);
  const before = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) {
    const ongoing = new OngoingCall(log, PATH, Infinity, observe, stream);
    await method(request, ongoing);
    ongoing.end('OK', 'OK');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}
