import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { dataFlow } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** Serious faults of accessibility (WCAG 2.2 AA) that axe finds in the page as it is now. */
async function faultsOf(page: Page): Promise<string[]> {
  // The page's own policy lets no script in: it is run beside the page's.
  await page.evaluate(axe);
  const violations = await page.evaluate<Violation[]>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then((found) => found.violations)`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe.skipIf(chromium === '')('the pages (need Chromium)', () => {
  it('have no serious fault of accessibility, empty or with a clip, light or dark', async () => {
    const { server } = await (await ServerFolder.make()).start();
    const page = await openPage(chromium, `${server.baseUrl}/ui/`);
    const faults: string[] = [];
    await page.getByRole('button', { name: 'Load the demo clip' }).waitFor();
    faults.push(...(await faultsOf(page)));
    await page.getByRole('button', { name: 'Load the demo clip' }).click();
    const clip = page.getByRole('link', { name: 'Test picture' });
    await clip.waitFor();
    const flow = new URL((await clip.getAttribute('href')) ?? '', server.baseUrl).href;
    for (const theme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const address of ['', '?kind=sources', 'search', 'exr', 'usage', 'server', 'bring-in', flow]) {
        await page.goto(new URL(address, `${server.baseUrl}/ui/`).href);
        await page.getByRole('heading', { level: 1 }).waitFor();
        faults.push(...(await faultsOf(page)));
      }
    }
    expect(faults).toEqual([]);
  });

  it('show what the library filters, and keep it in the address', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    for (const site of ['london', 'leeds']) {
      await client.putFlow({ ...dataFlow(), label: `From ${site}`, tags: { site } });
    }
    const page = await openPage(chromium, `${server.baseUrl}/ui/`, /status of 400/);
    await page.getByRole('link', { name: 'From leeds' }).waitFor();
    await page.getByLabel('Tag').fill('site=london');
    await page.getByLabel('Tag').press('Enter');
    await page.getByRole('link', { name: 'From leeds' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'From london' }).waitFor();
    expect(page.url()).toContain('tag=site%3Dlondon');
    const scripts = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))`;
    expect(await page.evaluate(`${scripts}.reduce((bytes, script) => bytes + script.encodedBodySize, 0)`)).toBeLessThan(
      250_000,
    );
    // The page tells of what others put in, and shows it when asked.
    await client.putFlow({ ...dataFlow(), label: 'Later', tags: { site: 'london' } });
    await page.getByRole('button', { name: 'There is something new' }).click();
    await page.getByRole('link', { name: 'Later' }).waitFor();
    await page.getByLabel('Time').fill('never');
    await page.getByLabel('Time').press('Enter');
    await page
      .getByRole('alert')
      .getByText(/^Request /)
      .waitFor();
  });

  it('say that the server is lost, until it is back', async () => {
    const folder = await ServerFolder.make();
    const { server } = await folder.start({ env: { WORKERS: '2' } });
    const page = await openPage(chromium, `${server.baseUrl}/ui/server`, /ERR_|Failed to load resource/);
    await page.getByText('All parts are well').waitFor();
    await page.getByText('Tables: ok').waitFor();
    await expect.poll(() => page.getByText('Process', { exact: true }).count()).toBe(2);
    await server.kill();
    const banner = page.getByText('The server does not answer. The page tries again by itself.');
    await banner.waitFor();
    await folder.start({ env: { PORT: new URL(server.baseUrl).port } });
    await banner.waitFor({ state: 'detached' });
    await page.getByText('All parts are well').waitFor();
  });
});
