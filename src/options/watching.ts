import { listenAddress } from '../csi/listen-address.js';
import { bytes, count, onOff, type Kind } from './kind.js';
import { optionalFile, optionalSocket } from './optional-path.js';
import type { Option } from './option.js';

/** Comes out as it was given. */
const httpAddress: Kind<string> = {
  form: 'value',
  placeholder: 'HOST:PORT',
  expected: 'HOST:PORT, :PORT or nothing',
  read: (given) =>
    given === '' || (typeof given === 'string' && listenAddress(`tcp://${given}`) !== undefined)
      ? given
      : undefined,
};

/** The options of what shows a driver at work and takes commands while it runs. */
export const WATCHING = {
  adminSocket: {
    group: 'How it is watched and steered',
    kind: optionalSocket,
    derived: '<state-dir>/admin.sock',
    help: 'Socket for csi-mock calls, faults, volumes and others, for its own user alone; empty: none.',
  },
  callLogSize: {
    group: 'How it is watched and steered',
    kind: count,
    default: '1000',
    help: 'Calls that are kept in memory to be looked at; 0: none.',
  },
  callLogMemory: {
    group: 'How it is watched and steered',
    kind: bytes(65_536n, 2n ** 30n),
    default: '4Mi',
    help: 'What the messages of the kept calls may take; the oldest make room.',
  },
  callLogFile: {
    group: 'How it is watched and steered',
    kind: optionalFile,
    default: '',
    help: 'File to which every call is added, as one JSON object a line.',
  },
  grpcCallLines: {
    group: 'How it is watched and steered',
    kind: onOff,
    default: 'false',
    help: "Write every call to standard output as Kubernetes' end-to-end suite reads it: gRPCCall: {...}.",
  },
  httpEndpoint: {
    group: 'How it is watched and steered',
    kind: httpAddress,
    default: '',
    help: 'Where /metrics and /healthz are served over HTTP: HOST:PORT, or :PORT for everyone; empty: nowhere.',
  },
  statusPage: {
    group: 'How it is watched and steered',
    kind: onOff,
    default: 'false',
    help: 'Show volumes, their users and refused calls as a page at the http-endpoint, to whoever asks.',
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
