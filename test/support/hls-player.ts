import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findChromium, startChromium } from './chromium.ts';

/** Has a page of the server's own origin with a video and hls.js; says so where there is no Chromium. */
export async function withHlsPage(base: string, work: (page: Page) => Promise<void>): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) {
    console.info('hls.js was not tried: there is no Chromium');
    return;
  }
  const browser = await startChromium(chromium);
  try {
    const page = await browser.newPage();
    await page.route(`${base}/player`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<video muted></video>' }),
    );
    await page.goto(`${base}/player`);
    await page.addScriptTag({ path: 'node_modules/hls.js/dist/hls.min.js' });
    await work(page);
  } finally {
    await browser.close();
  }
}

/** Plays a playlist with hls.js for a second or more, pictures and all. */
export const playsInBrowser = (base: string, playlist: string): Promise<void> =>
  withHlsPage(base, async (page) => {
    await page.evaluate(`
      window.failed = [];
      const hls = new Hls();
      hls.on(Hls.Events.ERROR, (_, { fatal, details }) => fatal && failed.push(details));
      hls.loadSource(${JSON.stringify(playlist)});
      hls.attachMedia(document.querySelector('video'));
      hls.on(Hls.Events.MANIFEST_PARSED, () => document.querySelector('video').play());
    `);
    const state =
      '({ at: document.querySelector("video").currentTime, wide: document.querySelector("video").videoWidth, failed })';
    const read = () => page.evaluate<{ at: number; wide: number; failed: string[] }>(state);
    await expect.poll(async () => (await read()).at).toBeGreaterThan(1);
    expect(await read()).toMatchObject({ wide: 160, failed: [] });
  });
