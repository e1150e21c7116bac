import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import type { TamsClient } from '../support/tams-client.ts';
import { dataFlow } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';

/** A flow of ten seconds to which nothing comes any more. */
async function closedFlow(client: TamsClient): Promise<string> {
  const flow = dataFlow();
  await client.request('PUT', `/v8.2/flows/${flow.id}`, { ...flow, label: 'Old', status: 'closed_complete' });
  const segment = {
    object_id: flow.id,
    timerange: '[0:0_10:0)',
    get_urls: [{ label: 'x', url: 'https://x.invalid/' }],
  };
  expect((await client.request('POST', `/v8.2/flows/${flow.id}/segments`, segment)).status).toBe(201);
  return flow.id;
}

const busy = (route: Route): Promise<void> =>
  route.fulfill({ status: 503, json: { type: 'overloaded', summary: 'There is more to do than can be done' } });

/** What the canvas of the timeline shows. */
const picture = (page: Page): Promise<string> =>
  page.evaluate<string>(`document.querySelector('.timeline canvas').toDataURL()`);

describe.skipIf(chromium === '')('the timeline of a page (needs Chromium)', () => {
  it('is there after another try, where the server did not answer at first', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    const flow = await closedFlow(client);
    const page = await openPage(chromium, `${server.baseUrl}/ui/`, /status of (503|404)|x\.invalid/);
    const timeline = page.locator('section.timeline');
    await page.route('**/timeline/flows/**', busy);
    await page.goto(`${server.baseUrl}/ui/flows/${flow}?at=4:0`);
    await timeline.getByRole('alert').waitFor();
    await page.unroute('**/timeline/flows/**');
    await timeline.getByRole('button', { name: 'Try again' }).click();
    await timeline.getByRole('alert').waitFor({ state: 'detached' });
    await timeline.getByText('11 s', { exact: true }).waitFor({ timeout: 10_000 });
    expect(await page.getByRole('slider', { name: 'Timeline' }).getAttribute('aria-valuenow')).toBe('4');
  });

  it('takes the colours of the system when these change', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    const page = await openPage(chromium, `${server.baseUrl}/ui/`, /status of 404|x\.invalid/);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${server.baseUrl}/ui/flows/${await closedFlow(client)}`);
    await page.locator('section.timeline').getByText('11 s', { exact: true }).waitFor();
    await expect.poll(() => picture(page)).not.toBe('data:,');
    const light = await picture(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => picture(page), { timeout: 10_000 }).not.toBe(light);
  });
});
