import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServerProcess } from '../../demo/server-process.ts';
import { findChromium, startChromium } from '../support/chromium.ts';

/* `npm run pictures` makes docs/web.png: the demo's clip on the page, as the README shows it. It needs Chromium. */

const PICTURE = new URL('../../docs/web.png', import.meta.url).pathname;
const chromium = findChromium();
if (chromium === undefined) throw new Error('Chromium is not here; install it, or set CHROMIUM to its path.');

const dataDir = await mkdtemp(join(tmpdir(), 'tams-pictures-'));
const server = await ServerProcess.start({ dataDir });
const browser = await startChromium(chromium);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' });
  await page.goto(`${server.baseUrl}/ui/`);
  await page.getByRole('button', { name: 'Load the demo clip' }).click();
  await page.getByRole('link', { name: 'Test picture' }).click();
  // Frames are there, not only the player.
  for (let tries = 0; !(await page.evaluate('document.querySelector("video")?.readyState >= 3')); tries++) {
    if (tries === 300) throw new Error('The player shows no frame.');
    await pause(200);
  }
  await page.keyboard.press('k');
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: PICTURE });
} finally {
  await browser.close();
  await server.kill();
  await rm(dataDir, { recursive: true });
}
