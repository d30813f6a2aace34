import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../../src/cli/check.js';
import { dispatch } from '../../src/cli/dispatch.js';
import type { ConformanceOptions } from '../../src/conformance/conformance.js';
import type { Environment } from '../../src/options/environment.js';
import { EMPTY } from '../conformance/sample-report.js';
import { FakeIo } from './fake-io.js';

const SECRET = 'hunter2';

describe('options of check', () => {
  let io = new FakeIo();
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'check-options-'));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    io = new FakeIo();
  });

  function file(text: string): string {
    const path = join(directory, 'file.yaml');
    writeFileSync(path, text);
    return path;
  }

  async function optionsOf(argv: readonly string[], env: Environment = {}) {
    let options: ConformanceOptions = {};
    const ids = ['table/a/b', 'table/a/c', 'stage/d'];
    await run(argv, env, io, {
      ids,
      checkConformance: async (given) => {
        options = given;
        return EMPTY;
      },
    });
    const { signal: _signal, onProgress: _onProgress, ...rest } = options;
    return rest;
  }

  for (const [argv, env, options] of [
    [['--endpoint=unix:///a'], {}, { endpoint: 'unix:///a' }],
    [['-endpoint', '/a'], {}, { endpoint: '/a' }],
    [[], { CSI_ENDPOINT: 'unix:///e' }, { endpoint: 'unix:///e' }],
    [['--endpoint=/a'], { CSI_ENDPOINT: '/e' }, { endpoint: '/a' }],
    [
      ['--controller-endpoint=/c', '--node-endpoint=/1', '--node-endpoint', '/2'],
      { CSI_ENDPOINT: '/e' },
      { controllerEndpoint: '/c', nodeEndpoints: ['/1', '/2'] },
    ],
    [
      ['--endpoint=/a', '--only=table/a/', '--only=stage/d', '--call-timeout=1.5s', '--timeout=2m'],
      {},
      {
        endpoint: '/a',
        only: ['table/a', 'stage/d'],
        callTimeoutMs: 1500,
        timeoutMs: 120_000,
      },
    ],
    [
      ['--endpoint=/a', '--restart-command=systemctl restart it', '--work-dir=/w'],
      {},
      { endpoint: '/a', restartCommand: 'systemctl restart it', workDirectory: '/w' },
    ],
  ] as const) {
    it(`${argv.join(' ') || 'nothing'} with ${JSON.stringify(env)}`, async () => {
      expect(await optionsOf(argv, env)).to.deep.equal({ strict: false, ...options });
    });
  }

  it('--strict', async () => {
    expect(await optionsOf(['--endpoint=/a', '--strict'])).to.have.property('strict', true);
  });

  it('--parameters: every value is text, as written', async () => {
    const parameters = file('kind: fast\nreplicas: 03\nencrypted: true\nnone:\n');
    const options = await optionsOf(['--endpoint=/a', '--parameters', parameters]);
    expect(options.parameters).to.deep.equal({
      kind: 'fast',
      replicas: '03',
      encrypted: 'true',
      none: '',
    });
  });

  it("--secrets: csi-sanity's keys, by RPC", async () => {
    const secrets = file(`
CreateVolumeSecret: { key: ${SECRET} }
ControllerValidateVolumeCapabilitiesSecret:
  key: 17
NodeExpandVolumeSecret:
ControllerModifyVolumeSecret: { key: unused }
`);
    const options = await optionsOf(['--endpoint=/a', `--secrets=${secrets}`]);
    expect(options.secrets).to.deep.equal({
      CreateVolume: { key: SECRET },
      ValidateVolumeCapabilities: { key: '17' },
      NodeExpandVolume: {},
    });
  });

  for (const [what, text, message] of [
    [
      'a key of no RPC',
      `CreateVolmeSecret: { key: ${SECRET} }`,
      'did you mean CreateVolumeSecret?',
    ],
    ['a value that is no map', `CreateVolumeSecret: ${SECRET}`, 'expected a map of strings'],
    ['a value that is no string', `CreateVolumeSecret: { key: [${SECRET}] }`, 'under "key"'],
    ['a list', `- ${SECRET}`, 'keys such as CreateVolumeSecret'],
    ['no YAML', `a:\n  b: "${SECRET}\n`, 'is not YAML'],
    ['an unknown alias', `CreateVolumeSecret: *${SECRET}`, 'alias'],
    ['a key twice', `${SECRET}: {}\n${SECRET}: {}`, 'line 2 is not YAML'],
  ] as const) {
    it(`--secrets with ${what} ends with 2 and shows no secret`, async () => {
      const argv = ['check', '--endpoint=/a', `--secrets=${file(text)}`];
      expect(await dispatch(argv, {}, io)).to.equal(2);
      expect(io.stderr.text).to.contain(message).and.not.to.contain(SECRET);
      expect(io.stdout.text).to.equal('');
    });
  }

  for (const [argv, message] of [
    [[], 'check needs --endpoint, or --controller-endpoint and a --node-endpoint'],
    [['--controller-endpoint=/c'], 'check needs --endpoint, or '],
    [['--endpoint=tcp://x:1'], 'option endpoint: expected the address of a unix socket'],
    [['--endpoint'], 'option endpoint: expected ADDRESS, got nothing'],
    [['--endpont=/a'], 'unknown option --endpont; did you mean --endpoint?'],
    [['--endpoint=/a', '--endpoint=/b'], 'option endpoint is given more than once'],
    [['--endpoint=/a', '--strict=yes'], 'option strict is a switch and takes no value'],
    [['--endpoint=/a', '--format=yaml'], 'option format: expected text or json or junit'],
    [['--endpoint=/a', '--timeout=soon'], 'option timeout: expected a time such as 10s'],
    [['--endpoint=/a', '--timeout=0'], 'option timeout: expected a time longer than 0'],
    [
      ['--endpoint=/a', '--only=publish-tabel'],
      'option only: there is no check publish-tabel; did you mean publish-table?',
    ],
    [['--endpoint=/a', '--parameters=/nothing/there'], 'ENOENT'],
    [['/a'], "unexpected argument '/a'"],
  ] as const) {
    it(`check ${argv.join(' ')} ends with 2, the reason and where to read on`, async () => {
      expect(await dispatch(['check', ...argv], {}, io)).to.equal(2);
      expect(io.stdout.text).to.equal('');
      expect(io.stderr.text).to.contain(message);
      expect(io.stderr.text).to.match(/\ncsi-mock check --help lists its options\n$/);
    });
  }

  for (const help of ['--help', '-help', '-h']) {
    it(`check ${help} shows the options of check`, async () => {
      expect(await dispatch(['check', help], {}, io)).to.equal(0);
      for (const name of ['endpoint', 'node-endpoint', 'secrets', 'only', 'format', 'color']) {
        expect(io.stdout.text).to.contain(`\n  --${name} `);
      }
      expect(io.stdout.text.split('\n').filter((line) => line.length > 110)).to.deep.equal([]);
    });
  }
});
