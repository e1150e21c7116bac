import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type Axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasFfmpeg, makeClip } from '../integration/mgmt-data/support/media.ts';
import { runMgmt } from '../integration/mgmt/support/run-mgmt.ts';
import { findChromium } from '../support/chromium.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';
const SECONDS = 12;

/** Runs in the page: the clock of the video, and how bright its picture is on average, from 0 to 255. */
const SEEN = `(() => {
  const video = document.querySelector('video');
  if (video === null || video.videoWidth === 0) return { time: 0, light: 0 };
  const context = document.createElement('canvas').getContext('2d');
  context.drawImage(video, 0, 0, 32, 18);
  const colours = context.getImageData(0, 0, 32, 18).data.filter((_, index) => index % 4 < 3);
  return { time: video.currentTime, light: colours.reduce((sum, value) => sum + value, 0) / colours.length };
})()`;
const seen = (page: Page): Promise<{ time: number; light: number }> => page.evaluate(SEEN);

const atOf = (page: Page): number => Number(/[?&]at=(\d+)%3A/.exec(page.url())?.[1] ?? -1);

describe.skipIf(chromium === '' || !hasFfmpeg)('the page of a flow (needs Chromium and ffmpeg)', () => {
  it('plays, scrubs, marks, edits and deletes what was ingested', async () => {
    const folder = await ServerFolder.make();
    const { server, client } = await folder.start();
    const clip = join(folder.dataDir, 'clip.mp4');
    await makeClip(clip, SECONDS);
    const ingest = ['ingest', '--url', server.baseUrl, '--label', 'News', clip];
    const { code, err } = await runMgmt(ingest, {});
    expect(code, err).toBe(0);
    const { body: flows } = await client.request<{ id: string; label: string; format: string; source_id: string }[]>(
      'GET',
      '/v8.2/flows',
    );
    const multi = flows.find(({ format }) => format.endsWith('multi'));
    const video = flows.find(({ format }) => format.endsWith('video'));

    // The flow of the whole: its pictures and its sound are two lanes.
    const page = await openPage(chromium, `${server.baseUrl}/ui/flows/${multi?.id}`);
    const lanes = page.locator('.lane-names li');
    await expect.poll(() => lanes.count()).toBe(2);

    // A lane leads to its flow, without a new page: all that is shown is of that one.
    await lanes.getByRole('link', { name: video?.label ?? '', exact: true }).click();
    await page.waitForURL(`${server.baseUrl}/ui/flows/${video?.id}**`);
    await page.getByRole('heading', { level: 1, name: video?.label ?? '', exact: true }).waitFor();
    await expect.poll(() => lanes.count()).toBe(1);
    await expect.poll(async () => (await seen(page)).light).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(async () => (await seen(page)).time).toBeGreaterThan(0.5);

    // A click while it plays goes there, and it plays on from there.
    const timeline = page.getByRole('slider', { name: 'Timeline' });
    const box = await timeline.boundingBox();
    const shown = async (): Promise<number> => Number(await timeline.getAttribute('aria-valuenow'));
    await timeline.click({ position: { x: (box?.width ?? 0) / 4, y: 35 } });
    const clicked = await shown();
    await expect.poll(shown).toBeGreaterThan(clicked + 0.3);
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();

    // A click on the timeline goes there, and the address says where.
    await timeline.click({ position: { x: (box?.width ?? 0) / 2, y: 35 } });
    await expect.poll(async () => (await seen(page)).time).toBeGreaterThan(SECONDS / 2 - 1.5);
    await expect.poll(async () => (await seen(page)).light).toBeGreaterThan(20);
    await expect.poll(() => atOf(page)).toBeGreaterThanOrEqual(4);
    // From one frame to the next and back, at 29.97 a second.
    await page.keyboard.press('ArrowRight');
    const middle = (await seen(page)).time;
    await page.keyboard.press('ArrowRight');
    expect((await seen(page)).time - middle).toBeCloseTo(1001 / 30_000, 3);
    await page.keyboard.press('ArrowLeft');
    expect((await seen(page)).time).toBeCloseTo(middle, 3);

    // Elsewhere on the page a letter is no command, and Keys decides for where nothing has the focus.
    await page.getByRole('button', { name: 'Edit Label' }).focus();
    await page.keyboard.press('i');
    await page.getByRole('button', { name: 'Keys', exact: true }).click();
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('i');
    expect(page.url()).not.toContain('in=');
    await page.getByRole('button', { name: 'Keys', exact: true }).click();
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('i');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('o');
    await expect.poll(() => /[?&]in=.*[?&]out=/.test(page.url())).toBe(true);
    const marked = new URL(page.url()).searchParams;
    const [from, to] = [marked.get('in'), marked.get('out')].map((text) => Number(text?.replace(':', '.')));
    expect((to ?? 0) - (from ?? 0)).toBeGreaterThan(0.9);
    expect((to ?? 0) - (from ?? 0)).toBeLessThan(1.3);

    // Zooming by key asks for finer spans, and Enter tells of the segment at the position.
    await timeline.focus();
    await page.keyboard.press('+');
    await page.keyboard.press('Enter');
    await page.locator('.timeline-card dd.mono').nth(1).waitFor();
    await page.keyboard.press('Escape');

    await page.getByLabel('Name', { exact: true }).fill('genre');
    await page.getByLabel('Value; commas make a list').fill('news, sport');
    await page.getByRole('button', { name: 'Add tag' }).click();
    await page.getByText('news, sport').waitFor();
    const { body: tag } = await client.request('GET', `/v8.2/flows/${video?.id}/tags/genre`);
    expect(tag).toEqual(['news', 'sport']);
    await page.getByLabel('Name', { exact: true }).fill('genre');
    await page.getByRole('button', { name: 'Add tag' }).click();
    await page.getByText('There is a tag genre already').waitFor();
    await page.getByRole('button', { name: 'Edit Label' }).click();
    await page.getByRole('textbox', { name: 'Label' }).press('Enter');
    await page.locator('button:focus[aria-label="Edit Label"]').waitFor();

    // As by plain HTTP, where there is no clipboard.
    await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
    await page.getByRole('button', { name: 'Timerange', exact: true }).click();
    expect(await page.getByLabel(/Copy it from here/).inputValue()).toMatch(/^\[\d+:\d+_\d+:\d+\)$/);

    // The strict policy lets in no script from elsewhere: the browser runs it for the test.
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const faults = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof Axe };
      const { violations } = await axe.run();
      return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(faults).toEqual([]);

    await page.getByRole('button', { name: 'Delete...' }).click();
    await page.getByRole('button', { name: 'Delete flow' }).click();
    await page.waitForURL(`${server.baseUrl}/ui/`);
    await expect.poll(async () => (await client.request('GET', `/flows/${video?.id}`)).status).toBe(404);
  });
});
