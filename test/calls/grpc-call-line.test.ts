import { expect } from 'chai';
import { grpcCallLine } from '../../src/calls/grpc-call-line.js';
import { keptCall } from '../../src/calls/kept-call.js';
import type { EndedCall } from '../../src/csi/ended-call.js';
import { CREATE, endedCall, PROBE, PUBLISH } from './sample-call.js';

const line = (call: EndedCall): string => grpcCallLine(...keptCall(call, 1, 'node-1'));
const requestIn = (path: string, request: object): string => {
  const [, found = ''] = /"Request":(.*),"Response":/.exec(line(endedCall(path, request))) ?? [];
  return found;
};

describe('gRPCCall lines', () => {
  it("are what Kubernetes' suite parses, for an answer", () => {
    const request = {
      volume_id: 'vol-1',
      target_path: '/t',
      volume_capability: { mount: {}, access_mode: { mode: 'SINGLE_NODE_MULTI_WRITER' } },
      volume_context: { k: 'v' },
    };
    expect(line(endedCall(PUBLISH, request, { response: {} }))).to.equal(
      'gRPCCall: {"Method":"/csi.v1.Node/NodePublishVolume","Request":{"volume_id":"vol-1",' +
        '"target_path":"/t","volume_capability":{"AccessType":{"Mount":{}},"access_mode":{"mode":7}},' +
        '"volume_context":{"k":"v"}},"Response":{},"Error":"","FullError":null}',
    );
  });

  for (const [code, goCode, number] of [
    ['CANCELLED', 'Canceled', 1],
    ['UNKNOWN', 'Unknown', 2],
    ['INVALID_ARGUMENT', 'InvalidArgument', 3],
    ['DEADLINE_EXCEEDED', 'DeadlineExceeded', 4],
    ['NOT_FOUND', 'NotFound', 5],
    ['ALREADY_EXISTS', 'AlreadyExists', 6],
    ['PERMISSION_DENIED', 'PermissionDenied', 7],
    ['RESOURCE_EXHAUSTED', 'ResourceExhausted', 8],
    ['FAILED_PRECONDITION', 'FailedPrecondition', 9],
    ['ABORTED', 'Aborted', 10],
    ['OUT_OF_RANGE', 'OutOfRange', 11],
    ['UNIMPLEMENTED', 'Unimplemented', 12],
    ['INTERNAL', 'Internal', 13],
    ['UNAVAILABLE', 'Unavailable', 14],
    ['DATA_LOSS', 'DataLoss', 15],
    ['UNAUTHENTICATED', 'Unauthenticated', 16],
  ] as const) {
    it(`give ${code} by the name and the number that Go has for it`, () => {
      expect(line(endedCall(PROBE, {}, { code, message: 'no "room"' }))).to.equal(
        'gRPCCall: {"Method":"/csi.v1.Identity/Probe","Request":{},"Response":null,' +
          `"Error":"rpc error: code = ${goCode} desc = no \\"room\\"",` +
          `"FullError":{"code":${number},"message":"no \\"room\\""}}`,
      );
    });
  }

  for (const [title, path, request, json] of [
    ['zero values are left out', CREATE, { name: '', parameters: {} }, '{}'],
    [
      '64-bit integers are numbers, however large',
      CREATE,
      { capacity_range: { required_bytes: '9223372036854775807', limit_bytes: 0 } },
      '{"capacity_range":{"required_bytes":9223372036854775807}}',
    ],
    [
      'a oneof without a field is null',
      CREATE,
      { volume_capabilities: [{ access_mode: {} }] },
      '{"volume_capabilities":[{"AccessType":null,"access_mode":{}}]}',
    ],
    [
      'the fields of a oneof have their Go names',
      CREATE,
      {
        volume_content_source: { snapshot: { snapshot_id: 's' } },
        volume_capabilities: [{ block: {} }],
      },
      '{"volume_capabilities":[{"AccessType":{"Block":{}}}],' +
        '"volume_content_source":{"Type":{"Snapshot":{"snapshot_id":"s"}}}}',
    ],
    [
      'an unknown enum value stays the number that it is',
      CREATE,
      { volume_capabilities: [{ block: {}, access_mode: { mode: 99 } }] },
      '{"volume_capabilities":[{"AccessType":{"Block":{}},"access_mode":{"mode":99}}]}',
    ],
    [
      'maps are in the order of their keys, with keys that have a meaning in JavaScript',
      CREATE,
      { parameters: { z: '1', ['__proto__']: '2', 1: '3' } },
      '{"parameters":{"1":"3","__proto__":"2","z":"1"}}',
    ],
    [
      'what HTML would take for its own is escaped',
      CREATE,
      { name: '<a>&\u2028' },
      '{"name":"\\u003ca\\u003e\\u0026\\u2028"}',
    ],
    ['true is true', PUBLISH, { readonly: true }, '{"readonly":true}'],
    [
      'empty elements of lists stay',
      CREATE,
      { accessibility_requirements: { requisite: [{}, { segments: { a: 'b' } }] } },
      '{"accessibility_requirements":{"requisite":[{},{"segments":{"a":"b"}}]}}',
    ],
    [
      'secrets are there and redacted',
      PUBLISH,
      { secrets: { key: 'hunter2' } },
      '{"secrets":{"[redacted]":"[redacted]"}}',
    ],
  ] as const) {
    it(title, () => {
      expect(requestIn(path, request)).to.equal(json);
    });
  }

  it('say null of a request that cannot be read', () => {
    const garbage = { ...endedCall(PROBE), path: PUBLISH, requestBytes: Buffer.from([255, 255]) };
    expect(line({ ...garbage, request: undefined })).to.contain('"Request":null,"Response":null');
  });
});
