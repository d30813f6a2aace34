import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Case } from './case.js';

/** Of the options that say how large volumes may be, how strict the driver is, how it runs and how it is watched. */
export const SERVING_CASES = {
  maxVolumeSize: {
    good: [
      ['0', { maxVolumeSize: 0n }],
      ['1099511627776', { maxVolumeSize: 2n ** 40n }],
    ],
    bad: ['', '-1', '1e19'],
    expected: 'from 0 to 9223372036854775807 bytes',
  },
  lifecycle: {
    good: [
      ['enforce', { lifecycle: 'enforce' }],
      ['warn', { lifecycle: 'warn' }],
    ],
    bad: ['', 'off', 'true'],
    expected: 'enforce or warn',
  },
  singleNodeWriterTargets: {
    good: [
      ['one', { singleNodeWriterTargets: 'one' }],
      ['many', { singleNodeWriterTargets: 'many' }],
    ],
    bad: ['', '1'],
    expected: 'one or many',
  },
  onOverlap: {
    good: [
      ['wait', { onOverlap: 'wait' }],
      ['abort', { onOverlap: 'abort' }],
    ],
    bad: ['', 'ABORTED'],
    expected: 'wait or abort',
  },
  maxRequestSize: {
    good: [['64Ki', { maxRequestSize: 65_536n }]],
    bad: ['', '0', '4095', '2Gi'],
    expected: 'from 4096 to 1073741824 bytes',
  },
  logLevel: {
    good: [['debug', { logLevel: 'debug' }]],
    bad: ['', '5', 'DEBUG', 'verbose'],
    expected: 'trace, debug, info, warn, error or silent',
  },
  logFormat: {
    good: [
      ['json', { logFormat: 'json' }],
      ['pretty', { logFormat: 'pretty' }],
    ],
    bad: ['', 'text'],
    expected: 'auto, json or pretty',
  },
  shutdownGrace: {
    good: [
      ['0', { shutdownGrace: 0 }],
      ['1m30s', { shutdownGrace: 90_000 }],
    ],
    bad: ['', '10', '-1s', '25h', 'soon'],
    expected: '10s',
  },
  adminSocket: {
    good: [
      ['', { adminSocket: '' }],
      ['/run/admin.sock', { adminSocket: '/run/admin.sock' }],
      ['unix:///run/admin.sock', { adminSocket: '/run/admin.sock' }],
      ['here/../admin.sock', { adminSocket: resolve('admin.sock') }],
    ],
    bad: ['unix://', '/a\0b', 'tcp://127.0.0.1:9000', `/${'a'.repeat(107)}`],
    expected: 'unix socket',
  },
  callLogSize: {
    good: [
      ['0', { callLogSize: 0 }],
      ['50', { callLogSize: 50 }],
    ],
    bad: ['', '-1', '1.5', 'all'],
    expected: 'whole number',
  },
  callLogMemory: {
    good: [['64Ki', { callLogMemory: 65_536n }]],
    bad: ['', '0', '65535', '2Gi'],
    expected: 'from 65536 to 1073741824 bytes',
  },
  callLogFile: {
    good: [
      ['', { callLogFile: '' }],
      ['/var/log/calls.ndjson', { callLogFile: '/var/log/calls.ndjson' }],
      ['here/../calls', { callLogFile: resolve('calls') }],
    ],
    bad: ['a\0b'],
    expected: 'file',
  },
  grpcCallLines: {
    good: [
      ['true', { grpcCallLines: true }],
      ['0', { grpcCallLines: false }],
    ],
    bad: ['', 'yes'],
    expected: 'true or false',
  },
  nodes: {
    good: [
      ['1', { nodeIds: [hostname()] }],
      ['2', { nodeIds: [`${hostname()}-1`, `${hostname()}-2`], topology: false }],
    ],
    bad: ['0', '65', '-1', 'many'],
    expected: 'from 1 to 64',
  },
  controllerEndpoint: {
    good: [
      ['', { controllerEndpoint: '' }],
      ['unix:///c.sock', { controllerEndpoint: 'unix:///c.sock' }],
    ],
    bad: ['tcp://127.0.0.1:1', `/${'x'.repeat(107)}`],
    expected: 'unix socket',
  },
  proxyEndpoint: {
    good: [
      ['', { proxyEndpoint: '' }],
      ['tcp://:9000', { proxyEndpoint: 'tcp://:9000' }],
      ['tcp://127.0.0.1:9000', { proxyEndpoint: 'tcp://127.0.0.1:9000' }],
      ['tcp://[::1]:9000', { proxyEndpoint: 'tcp://[::1]:9000' }],
      ['unix:///p.sock', { proxyEndpoint: 'unix:///p.sock' }],
    ],
    bad: ['tcp://:65536', 'tcp://host', 'http://a:1', 'tcp://a:b', 'unix://'],
    expected: 'tcp://HOST:PORT',
  },
  httpEndpoint: {
    good: [
      ['', { httpEndpoint: '' }],
      [':9090', { httpEndpoint: ':9090' }],
      ['127.0.0.1:9090', { httpEndpoint: '127.0.0.1:9090' }],
    ],
    bad: ['9090', '127.0.0.1', 'unix:///a', ':65536'],
    expected: 'HOST:PORT',
  },
  statusPage: {
    good: [
      ['true', { statusPage: true }],
      ['false', { statusPage: false }],
    ],
    bad: ['', 'maybe'],
    expected: 'true or false',
  },
  secretsFile: {
    good: [
      ['', { secretsFile: '' }],
      ['secrets.yaml', { secretsFile: resolve('secrets.yaml') }],
    ],
    bad: ['a\0b'],
    expected: 'file',
  },
  faultsFile: {
    good: [
      ['', { faultsFile: '' }],
      ['/etc/faults.yaml', { faultsFile: '/etc/faults.yaml' }],
    ],
    bad: ['a\0b'],
    expected: 'file',
  },
  hooksFile: {
    good: [
      ['', { hooksFile: '' }],
      ['here/../hooks.mjs', { hooksFile: resolve('hooks.mjs') }],
    ],
    bad: ['a\0b'],
    expected: 'file',
  },
  hookTimeout: {
    good: [
      ['1ms', { hookTimeout: 1 }],
      ['1m', { hookTimeout: 60_000 }],
    ],
    bad: ['', '0', '0s', '5', '25h'],
    expected: 'from 1ms to 24h',
  },
} as const satisfies Readonly<Record<string, Case>>;
