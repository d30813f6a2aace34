import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client } from '../../src/csi/client.js';
import type { Code } from '../../src/csi/status.js';
import type { Options } from '../../src/index.js';
import { refused } from './refusal.js';

/** A driver with a Controller service. */
interface Controlled {
  readonly client: Client;
  readonly options: Options;
}

/** What the controller promised and what its pool holds, to compare before and after. */
export async function controllerState({ client, options }: Controlled): Promise<object> {
  const { entries } = await client.controller.ListVolumes({});
  const below = (name: string): string[] => readdirSync(join(options.poolDir, name)).toSorted();
  const names = ['incoming', 'volumes', 'incoming-snapshots', 'snapshots'];
  return { entries, pool: names.map((name) => [name, below(name)]) };
}

/** Expects a refusal, and all volumes, sizes, attachments and data to be as before. */
export async function refusedKeepingAll(
  driver: Controlled,
  act: () => Promise<unknown>,
  code: Code,
  message?: RegExp,
): Promise<void> {
  const before = await controllerState(driver);
  await refused(act(), code, message);
  expect(await controllerState(driver)).to.deep.equal(before);
}

/** Expects the pool to have data for exactly the volumes that are listed. */
export async function expectDataOfListedVolumes(driver: Controlled): Promise<void> {
  const { entries } = await driver.client.controller.ListVolumes({});
  const ids = entries.map(({ volume }) => volume?.volume_id);
  expect(readdirSync(join(driver.options.poolDir, 'volumes')).toSorted()).to.deep.equal(ids);
  expect(readdirSync(join(driver.options.poolDir, 'incoming'))).to.deep.equal([]);
}
