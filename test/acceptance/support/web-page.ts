import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { startChromium } from '../../support/chromium.ts';

/**
 * A page of a browser at an address of the server. When the test has finished, the page has to have logged no error, and
 * broken no policy: `allowed` are those that belong to the test.
 */
export async function openPage(chromium: string, url: string, allowed: RegExp = /(?!)/): Promise<Page> {
  const browser = await startChromium(chromium);
  const errors: string[] = [];
  onTestFinished(async () => {
    await browser.close();
    expect(errors.filter((error) => !allowed.test(error))).toEqual([]);
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url);
  return page;
}
