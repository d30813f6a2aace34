import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { connect, type Client } from '../../src/csi/client.js';
import { createDriver, type Driver } from '../../src/index.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';
import { inlineContext } from '../integration/inline-volume.js';
import { createRequest, newVolume } from '../integration/new-volume.js';
import { refused } from '../integration/refusal.js';
import { mountCapability } from '../integration/test-volume.js';
import { PATIENCE_MS } from '../patience.js';
import { hasBrowser, openBrowser } from './browser.js';

/** What would run if a name of the CO's were markup. */
const HOSTILE = '<img src=x onerror="document.title=\'hacked\'"><script>alert(1)</script>';
const MODE = 'SINGLE_NODE_SINGLE_WRITER';

describe('the status page in a browser', function () {
  this.timeout(180_000);
  let place: Scratch | undefined;
  let driver: Driver | undefined;
  let client: Client | undefined;
  let browser: Browser | undefined;
  let page: Page | undefined;
  /** What went wrong in the page, and where it asked. */
  const trouble: string[] = [];
  const asked = new Set<string>();
  let volume_id = '';
  let target_path = '';

  before(async function () {
    if (!isRoot || !hasBrowser) this.skip();
    place = scratch();
    driver = createDriver({
      stateDir: place.path('state'),
      nodeId: 'node-1',
      logLevel: 'silent',
      sync: 'never',
      attach: false,
      httpEndpoint: '127.0.0.1:0',
      statusPage: true,
    });
    await driver.start();
    client = connect(driver.options.endpoint);
    const volume_capability = mountCapability(MODE);
    const volume = await newVolume(
      client,
      createRequest({ name: HOSTILE, volume_capabilities: [volume_capability] }),
    );
    volume_id = volume.volume_id;
    target_path = place.path('target');
    const staging_target_path = place.make('staging');
    const publish = (path: string) => ({
      volume_id,
      staging_target_path,
      target_path: path,
      volume_capability,
      secrets: { key: 'top-secret' },
    });
    await client.node.NodeStageVolume({ volume_id, staging_target_path, volume_capability });
    await client.node.NodePublishVolume(publish(target_path));
    await refused(
      client.node.NodePublishVolume(publish(place.path('other'))),
      'FAILED_PRECONDITION',
    );

    browser = await openBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    page.on('console', (message) => {
      if (message.type() === 'error') trouble.push(message.text());
    });
    page.on('pageerror', (error) => trouble.push(error.message));
    await page.goto(driver.httpUrl ?? '');
    await page.getByRole('status').getByText('Ready').waitFor();
  });
  after(async () => {
    await browser?.close();
    client?.close();
    await driver?.stop();
    place?.remove();
  });

  function there(): { readonly page: Page; readonly client: Client; readonly driver: Driver } {
    if (page === undefined || client === undefined || driver === undefined) {
      throw new Error('the suite has not begun');
    }
    return { page, client, driver };
  }
  const text = async (selector: string): Promise<string> =>
    (await there().page.locator(selector).textContent()) ?? '';

  it('shows volumes, and who has them where in which mode', async () => {
    const volumes = await text('#volumes tbody');
    for (const part of [volume_id, HOSTILE, '1 GiB', `${target_path} on node-1`, MODE]) {
      expect(volumes).to.include(part);
    }
    expect(await text('#volumes-count')).to.equal('1');
  });

  it('shows why a call was refused', async () => {
    const refusal = await text('#refused tbody tr:first-child');
    expect(refusal).to.include('NodePublishVolume').and.include('FAILED_PRECONDITION');
    expect(refusal).to.include('allows one target path').and.include(volume_id);
  });

  it('takes names for text, whatever is in them', async () => {
    expect(await there().page.title()).to.equal('csi-mock');
    expect(await there().page.locator('#volumes img, #volumes script').count()).to.equal(0);
  });

  it('shows no secret, nor does what it is made of', async () => {
    expect(await there().page.content()).to.not.include('top-secret');
    const json = await (await fetch(`${there().driver.httpUrl ?? ''}/status.json`)).text();
    expect(json).to.include(volume_id).and.not.include('top-secret');
  });

  it('shows calls under way, and fault rules, when it refreshes', async () => {
    const { page: shown, client: caller, driver: served } = there();
    served.faults.add('rpc: NodeGetInfo\nhang: true\n');
    const ending = new AbortController();
    const hanging = caller.node.NodeGetInfo({}, { signal: ending.signal }).catch(() => undefined);
    await shown.locator('#running tbody', { hasText: 'NodeGetInfo' }).waitFor();
    await shown.locator('#faults tbody', { hasText: 'hang' }).waitFor();
    ending.abort();
    await hanging;
    served.faults.clear();
    await shown.locator('#running tbody', { hasText: 'No call is under way' }).waitFor();
  });

  it('shows an inline volume as one, with its size', async () => {
    const { page: shown, client: caller } = there();
    const inlinePath = `${target_path}-inline`;
    await caller.node.NodePublishVolume({
      volume_id: 'csi-inline',
      target_path: inlinePath,
      volume_capability: mountCapability(MODE),
      volume_context: inlineContext({ size: '100Mi' }),
    });
    const row = shown.locator('#volumes tbody tr', { hasText: 'csi-inline' });
    await row.filter({ hasText: '(inline)' }).filter({ hasText: '100 MiB' }).waitFor();
    await caller.node.NodeUnpublishVolume({ volume_id: 'csi-inline', target_path: inlinePath });
    await row.waitFor({ state: 'detached' });
  });

  it('is used by keyboard alone', async () => {
    const { page: shown } = there();
    await shown.keyboard.press('Tab');
    await shown.keyboard.type('no such volume');
    expect(await shown.locator('#volumes tbody').textContent()).to.equal('Nothing contains that.');
    await shown.locator('#filter').fill('');
    expect(await text('#volumes tbody')).to.include(volume_id);
    await shown.keyboard.press('Tab');
    await shown.keyboard.press('Space');
    expect(await shown.locator('#live').isChecked()).to.equal(false);
    await shown.keyboard.press('Space');
    await shown.keyboard.press('Tab');
    const label = await shown.evaluate(
      `document.getElementById(document.activeElement.getAttribute('aria-labelledby')).textContent`,
    );
    expect(label).to.match(/^Volumes/);
  });

  it('says so when the driver is gone', async () => {
    const { page: shown, driver: served } = there();
    const url = served.httpUrl ?? '';
    expect([...asked], 'nothing outside was asked').to.deep.equal([url]);
    expect(trouble).to.deep.equal([]);
    await served.stop();
    await shown.getByRole('status').getByText('Not reached').waitFor();
  });
});
