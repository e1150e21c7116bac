import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';

describe.skipIf(chromium === '')('the web page (needs Chromium)', () => {
  it('is where / sends a browser, and its menu leads to every page', async () => {
    const { server } = await (await ServerFolder.make()).start();
    const page = await openPage(chromium, server.baseUrl);
    expect(page.url()).toBe(`${server.baseUrl}/ui/`);
    const menu = page.getByRole('navigation', { name: 'Pages' });
    for (const name of ['Search', 'EXR', 'Usage', 'Server', 'Bring in', 'Library']) {
      await menu.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await expect.poll(() => page.title()).toBe(`${name} - TAMS`);
    }
    await page.goto(`${server.baseUrl}/ui/search?q=rain`);
    await page.getByRole('heading', { level: 1, name: 'Search' }).waitFor();
  });
});
