import { describe, expect, it, onTestFinished } from 'vitest';
import { findChromium, startChromium } from '../support/chromium.ts';
import { ServerFolder } from './support/server-folder.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('"Try it out" at /docs (needs Chromium)', () => {
  it('asks for flows by tags of any name', { timeout: 120_000 }, async () => {
    const { server } = await (await ServerFolder.make()).start();
    const browser = await startChromium(chromium ?? '');
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`${server.baseUrl}/docs#/Flows/GET_flows`);
    const operation = page.locator('[id="operations-Flows-GET_flows"]');
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const fill = (name: string, value: object) =>
      operation.locator(`tr[data-param-name="${name}"] textarea`).fill(JSON.stringify(value));
    const execute = async () => {
      const answered = page.waitForResponse((response) => response.url().startsWith(`${server.baseUrl}/flows`));
      await operation.getByRole('button', { name: 'Execute' }).click();
      const response = await answered;
      return { status: response.status(), query: Object.fromEntries(new URL(response.url()).searchParams) };
    };

    // Fields that are left alone add nothing.
    expect(await execute()).toEqual({ status: 200, query: {} });
    await fill('tag.{name}', { 'tag.site': 'London & Paris', 'tag.a b=c': 'é' });
    await fill('tag_exists.{name}', { 'tag_exists.place': false });
    const query = { 'tag.site': 'London & Paris', 'tag.a b=c': 'é', 'tag_exists.place': 'false' };
    expect(await execute()).toEqual({ status: 200, query });
  });
});
