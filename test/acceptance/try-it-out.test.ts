import { describe, expect, it, onTestFinished } from 'vitest';
import { findChromium, startChromium } from '../support/chromium.ts';
import { ServerFolder } from './support/server-folder.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('"Try it out" at /docs (needs Chromium)', () => {
  const choose = async (version: string) => {
    const { server } = await (await ServerFolder.make()).start();
    const browser = await startChromium(chromium ?? '');
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`${server.baseUrl}/docs`);
    // The select is there before the document that it leads to.
    await page.locator('.opblock-tag').first().waitFor();
    await page.getByLabel('Select a definition').selectOption(`TAMS ${version}`);
    await page.getByText(version, { exact: true }).first().waitFor();
    return { page, baseUrl: server.baseUrl };
  };

  it.each([
    ['7.0', '', {}],
    ['8.2', '/v8.2', { reverse_order: 'false' }],
  ])('asks for flows of TAMS %s by tags of any name', async (version, path, defaults) => {
    const { page, baseUrl } = await choose(version);
    await page.locator('#operations-tag-Flows').click();
    const operation = page.locator('[id="operations-Flows-GET_flows"]');
    await operation.click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const fill = (name: string, value: object) =>
      operation.locator(`tr[data-param-name="${name}"] textarea`).fill(JSON.stringify(value));
    const execute = async () => {
      const answered = page.waitForResponse((response) => response.url().startsWith(`${baseUrl}${path}/flows`));
      await operation.getByRole('button', { name: 'Execute' }).click();
      const response = await answered;
      return { status: response.status(), query: Object.fromEntries(new URL(response.url()).searchParams) };
    };

    // Fields that are left alone add nothing but defaults.
    expect(await execute()).toEqual({ status: 200, query: defaults });
    await fill('tag.{name}', { 'tag.site': 'London & Paris', 'tag.a b=c': 'é' });
    await fill('tag_exists.{name}', { 'tag_exists.place': false });
    const query = { ...defaults, 'tag.site': 'London & Paris', 'tag.a b=c': 'é', 'tag_exists.place': 'false' };
    expect(await execute()).toEqual({ status: 200, query });
  });

  it('asks the root for what is beside all versions', async () => {
    const { page, baseUrl } = await choose('8.2');
    await page.locator('#operations-tag-Operation').click();
    const operation = page.locator('[id="operations-Operation-GET_readyz"]');
    await operation.click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const answered = page.waitForResponse(`${baseUrl}/readyz`);
    await operation.getByRole('button', { name: 'Execute' }).click();
    expect((await answered).status()).toBe(200);
  });
});
