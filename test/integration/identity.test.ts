import { chmodSync, readFileSync, renameSync } from 'node:fs';
import process from 'node:process';
import { expect } from 'chai';
import type { OptionsInput } from '../../src/index.js';
import { NOBODY } from '../host/nobody.js';
import { withDrivers } from './drivers.js';
import { refused } from './refusal.js';

const packageFile = new URL('../../../package.json', import.meta.url);
const packaged: { readonly version: string } = JSON.parse(readFileSync(packageFile, 'utf8'));

describe('Identity', () => {
  const drivers = withDrivers();

  describe('GetPluginInfo', () => {
    const cases: [string, OptionsInput, string][] = [
      ['by default', {}, 'mock.csi.test'],
      ['with a name given', { driverName: 'A-1.example.org' }, 'A-1.example.org'],
      ['with a name of 63 characters', { driverName: 'x'.repeat(63) }, 'x'.repeat(63)],
    ];
    for (const [index, [title, options, name]] of cases.entries()) {
      it(`${title}: name and version`, async () => {
        const { client } = await drivers.start(`info-${index}`, options);
        const info = await client.identity.GetPluginInfo({});
        expect(info).to.deep.equal({ name, vendor_version: packaged.version, manifest: {} });
        expect(name).to.match(/^[a-z0-9A-Z]([-.a-z0-9A-Z]{0,61}[a-z0-9A-Z])?$/);
      });
    }
  });

  describe('GetPluginCapabilities: what the plugin as a whole can, whatever this process serves', () => {
    const CONTROLLER = 'CONTROLLER_SERVICE';
    const TOPOLOGY = 'VOLUME_ACCESSIBILITY_CONSTRAINTS';
    const EXPANSION = 'ONLINE';
    const both: OptionsInput = { services: ['controller', 'node'] };
    const controller: OptionsInput = { services: ['controller'] };
    const node: OptionsInput = { services: ['node'] };
    const noControllerExpansion = { withoutControllerCapability: ['EXPAND_VOLUME'] } as const;
    const noExpansion = {
      ...noControllerExpansion,
      withoutNodeCapability: ['EXPAND_VOLUME'],
    } as const;

    const cases: [string, OptionsInput[], string[]][] = [
      ['all in one', [both], [CONTROLLER, TOPOLOGY, EXPANSION]],
      ['all in one without topology', [{ topology: false }], [CONTROLLER, EXPANSION]],
      ['split', [controller, node], [CONTROLLER, EXPANSION]],
      [
        'split, with topology',
        [
          { ...controller, topology: true },
          { ...node, topology: true },
        ],
        [CONTROLLER, TOPOLOGY, EXPANSION],
      ],
      ['only the node grows volumes', [noControllerExpansion], [CONTROLLER, TOPOLOGY, EXPANSION]],
      ['nobody grows volumes', [noExpansion], [CONTROLLER, TOPOLOGY]],
      [
        'split, where a node cannot grow volumes by itself',
        [
          { ...controller, ...noControllerExpansion },
          { ...node, ...noControllerExpansion },
        ],
        [CONTROLLER],
      ],
    ];
    for (const [index, [title, shapes, expected]] of cases.entries()) {
      it(`${title}: ${expected.join(', ')}`, async () => {
        const poolDir = drivers.scratch.path(`capabilities-${index}`, 'pool');
        for (const options of shapes) {
          const name = `capabilities-${index}-${options.services?.join('-') ?? 'both'}`;
          const { client } = await drivers.start(name, { poolDir, ...options });
          const { capabilities } = await client.identity.GetPluginCapabilities({});
          const types = capabilities.map(({ service, volume_expansion }) =>
            String(service?.type ?? volume_expansion?.type),
          );
          expect(types).to.deep.equal(expected);
        }
      });
    }
  });

  /** Calls Probe while the driver has not the right to mount. */
  async function probeAsNobody(name: string, options: OptionsInput): Promise<unknown> {
    const { client, options: complete } = await drivers.start(name, options);
    await client.identity.GetPluginInfo({});
    chmodSync(complete.stateDir, 0o777);
    process.seteuid?.(NOBODY);
    try {
      return await client.identity.Probe({});
    } finally {
      process.seteuid?.(0);
    }
  }

  describe('Probe', () => {
    it('is ready once the driver has started, at any rate', async () => {
      const { client } = await drivers.start('ready');
      const probes = Array.from({ length: 50 }, () => client.identity.Probe({}));
      for (const answer of await Promise.all(probes)) {
        expect(answer).to.deep.equal({ ready: { value: true } });
      }
    });

    it('FAILED_PRECONDITION that names the pool when its directory is gone', async () => {
      const { client, options } = await drivers.start('pool-gone');
      renameSync(options.poolDir, `${options.poolDir}.away`);
      await refused(client.identity.Probe({}), 'FAILED_PRECONDITION', /pool-gone\/pool/);
    });

    it('FAILED_PRECONDITION with the reason when the right to mount is gone', () =>
      refused(probeAsNobody('no-right', {}), 'FAILED_PRECONDITION', /not permitted/));

    it('is ready without the right to mount where no Node service is served', async () => {
      const answer = await probeAsNobody('no-right-needed', { services: ['controller'] });
      expect(answer).to.deep.equal({ ready: { value: true } });
    });
  });
});
