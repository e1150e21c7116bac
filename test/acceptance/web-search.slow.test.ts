import { describe, expect, it } from 'vitest';
import { loadClip } from '../../demo/clip.ts';
import { findChromium } from '../support/chromium.ts';
import { clipFlow, flowWithObjects } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';
const STORM_S = 3;

/** The browser's types are not the tests'. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Iterable<number> } };
}

/** Cues of a second each; one of them is about a storm. */
const transcript = (cues: number): string =>
  [
    'WEBVTT',
    ...Array.from({ length: cues }, (_, at) => `00:00:${two(at)}.000 --> 00:00:${two(at + 1)}.000\n${said(at)}`),
  ].join('\n\n');
const two = (number: number): string => String(number).padStart(2, '0');
const said = (at: number): string =>
  at === STORM_S ? '<v Ann>A storm warning is in force' : `<v ${at % 2 ? 'Bob' : 'Eve'}>Number ${at} of the ferries`;

describe.skipIf(chromium === '')('the search page (needs Chromium)', () => {
  it('shows what was said, with a frame of the moment, and leads to it', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    const { video } = await loadClip();
    const flow = clipFlow('video', video);
    const objects = await flowWithObjects(client, flow, video.segments.length);
    for (const [index, object] of objects.entries()) {
      expect(await client.upload(object, video.segments[index]?.content ?? new Uint8Array())).toBe(200);
    }
    const segments = objects.map(({ object_id }, index) => {
      const { timerange = '' } = video.segments[index] ?? {};
      return { object_id, timerange };
    });
    await client.postSegments(flow.id, segments);
    const link = { flow_id: flow.id, offset: '0:0' };
    const asset = await client.request<{ id: string }>('POST', '/search/assets', {
      bucket: 'news',
      key: 'six.mp4',
      link,
    });
    const put = await fetch(`${server.baseUrl}/search/assets/${asset.body.id}/transcript`, {
      method: 'PUT',
      headers: { 'content-type': 'text/vtt' },
      body: transcript(30),
    });
    expect(put.ok).toBe(true);

    const page = await openPage(chromium, `${server.baseUrl}/ui/search`, /status of 503/);
    const search = async (words: string): Promise<void> => {
      await page.getByLabel('What was said').fill(words);
      await page.getByLabel('Search by').selectOption('Words');
      await page.getByRole('main').getByRole('button', { name: 'Search' }).click();
      await page.getByText('1 hit, 1 to 1').waitFor();
    };
    // A server that is too busy for the first frame: it is there with the next search.
    const flowUrl = `**/v8.2/flows/${flow.id}`;
    await page.route(flowUrl, (route) => route.fulfill({ status: 503, json: { summary: 'Try again later' } }));
    const refused = page.waitForResponse(flowUrl);
    await search('warning');
    await refused;
    await page.unroute(flowUrl);
    await search('storm');
    expect(new URL(page.url()).search).toBe('?q=storm&type=keyword');
    expect(await page.locator('.hit mark').allTextContents()).toEqual(['storm']);
    // Not all of one colour: a picture was drawn.
    const colours = (): Promise<number> =>
      page.locator('.hit canvas').evaluate((canvas: unknown) => {
        const { width, height } = canvas as Canvas;
        return new Set((canvas as Canvas).getContext('2d').getImageData(0, 0, width, height).data).size;
      });
    await expect.poll(colours).toBeGreaterThan(50);
    await page.getByRole('link', { name: 'Play from 00:00:03' }).click();
    await page.waitForURL(`**/ui/flows/${flow.id}?at=3*`);

    await page.goto(`${server.baseUrl}/ui/search?q=ferries&type=keyword`);
    await page.getByText('29 hits, 1 to 20').waitFor();
    await page.getByRole('link', { name: 'Later hits' }).click();
    await page.getByText('29 hits, 21 to 29').waitFor();
    expect(await page.locator('.hit').count()).toBe(9);
  });
});
