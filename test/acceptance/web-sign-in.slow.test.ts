import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { OpenIdProvider } from './support/openid-provider.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';
const TOKEN = 'a-token-of-the-file-0123456789';
const EARLIER = 'an-earlier-token-0123456789';

describe.skipIf(chromium === '')('signing in to the web page (needs Chromium)', () => {
  const start = async (env: Record<string, string>) => {
    const folder = await ServerFolder.make();
    const file = join(folder.dataDir, 'tokens.json');
    const tokens = { rita: TOKEN, earl: EARLIER };
    const given = Object.entries(tokens).map(([name, token]) => ({ name, token, scopes: ['read'] }));
    await writeFile(file, JSON.stringify(given));
    const { server } = await folder.start({ env: { AUTH_TOKENS_FILE: file, ...env } });
    return server.baseUrl;
  };
  /** Text that the browser keeps for longer than the tab. */
  const keptForLong = (page: Page) => page.evaluate('JSON.stringify(localStorage) + document.cookie');

  it('goes by OpenID Connect with PKCE, and comes back to the same address', async () => {
    const provider = await OpenIdProvider.start();
    const baseUrl = await start({ AUTH_MODE: 'jwt,token', ...provider.env });
    const page = await openPage(chromium, `${baseUrl}/ui/?kind=sources`);
    await page.getByRole('button', { name: `Sign in at ${new URL(provider.issuer).host}` }).click();
    await page.getByText('olga', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    expect(page.url()).toBe(`${baseUrl}/ui/?kind=sources`);
    expect(provider.redeemed).toBe(1);
    expect(await keptForLong(page)).not.toMatch(/eyJ|Bearer/);
    // Who may read only is not offered to bring anything in.
    expect(await page.getByRole('link', { name: 'Bring in' }).count()).toBe(0);
    await page.reload();
    await page.getByText('olga', { exact: true }).waitFor();
  });

  it('goes by a token, which is kept for the tab alone; a wrong one is refused in the server’s words', async () => {
    const baseUrl = await start({ AUTH_MODE: 'token,basic' });
    const page = await openPage(chromium, `${baseUrl}/ui/`, /status of 401/);
    await page.getByLabel('Token').fill('nobody-has-this-token');
    await page.getByRole('button', { name: 'Sign in with a token' }).click();
    await page
      .getByRole('alert')
      .getByText(/^Request /)
      .waitFor();
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in with a token' }).click();
    await page.getByText('rita', { exact: true }).waitFor();
    expect(await keptForLong(page)).not.toContain(TOKEN);
    expect(page.url()).not.toContain(TOKEN);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').fill('not a password');
    await page.getByLabel('Name', { exact: true }).fill('nobody');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page
      .getByRole('alert')
      .getByText(/^Request /)
      .waitFor();
  });

  it('is not ended by a late answer to an earlier credential', async () => {
    const page = await openPage(chromium, `${await start({ AUTH_MODE: 'token' })}/ui/`, /status of 401/);
    const signIn = async (name: string, token: string): Promise<void> => {
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Sign in with a token' }).click();
      await page.getByText(name, { exact: true }).waitFor();
    };
    await signIn('earl', EARLIER);
    const usage = '**/analytics/flow-usage';
    let refuse = (): Promise<void> => Promise.resolve();
    const hold = (route: Route): void => {
      refuse = () => route.fulfill({ status: 401, json: { type: 'unauthorized', summary: 'The token has expired' } });
    };
    await page.route(usage, hold, { times: 1 });
    const held = page.waitForRequest(usage);
    await page.getByRole('link', { name: 'Usage' }).click();
    await held;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn('rita', TOKEN);
    const refused = page.waitForResponse((answer) => answer.url().endsWith('flow-usage') && answer.status() === 401, {
      timeout: 10_000,
    });
    await refuse();
    await refused;
    // Time enough for the page to take it in.
    await page.waitForTimeout(500);
    expect(await page.getByText('rita', { exact: true }).count()).toBe(1);
  });
});
