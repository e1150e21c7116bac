import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameHashes, hasFfmpeg, makeClip, soundHash } from '../integration/mgmt-data/support/media.ts';
import { findChromium } from '../support/chromium.ts';
import { playsInBrowser } from '../support/hls-player.ts';
import { loadPresentation } from '../support/hls-presentation.ts';
import type { TamsClient } from '../support/tams-client.ts';
import { seriousFaults } from './support/accessibility.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';

interface Segment {
  readonly timerange: string;
  readonly object_id: string;
  readonly get_urls: readonly { readonly url: string }[];
  readonly init_object: { readonly get_urls: readonly { readonly url: string }[] };
}
interface Flow {
  readonly id: string;
  readonly label: string;
  readonly codec?: string;
}

/** All that the browser keeps, as text. */
const KEPT = `new Promise((resolve) => {
  const opening = indexedDB.open('tams-bring-in');
  opening.onsuccess = () => {
    const reading = opening.result.transaction('journals').objectStore('journals').getAll();
    reading.onsuccess = () => {
      opening.result.close();
      resolve(JSON.stringify(reading.result, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
    };
  };
})`;

describe.skipIf(chromium === '' || !hasFfmpeg)('bringing in (needs Chromium and ffmpeg)', () => {
  let folder: string;
  let clip: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tams-bring-in-'));
    clip = join(folder, 'interview.mp4');
    await makeClip(clip, 40);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The objects of a flow, joined as a player would. */
  const download = async (client: TamsClient, flow: Flow): Promise<{ file: string; segments: readonly Segment[] }> => {
    const path = `/v8.2/flows/${flow.id}/segments?limit=1000`;
    const { body: segments } = await client.request<Segment[]>('GET', path);
    const [first] = segments;
    const urls = [first?.init_object, ...segments].map((each) => each?.get_urls[0]?.url ?? '');
    const parts = await Promise.all(urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
    const file = join(folder, `${flow.id}.mp4`);
    await writeFile(file, Buffer.concat(parts));
    return { file, segments };
  };

  it('brings a dropped file in, goes on after a reload, and keeps every frame', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    // Refusals while the page is closed, and the reload itself, are in the console.
    const page = await openPage(chromium, `${server.baseUrl}/ui/bring-in`, /Failed to load resource|net::ERR/);
    page.on('dialog', (dialog) => void dialog.accept());
    const truncated = join(folder, 'cut off.mp4');
    const whole = await readFile(clip);
    await writeFile(truncated, whole.subarray(0, whole.length / 2));
    const input = page.locator('input[type=file]');
    await input.setInputFiles([clip, truncated]);
    const item = page.locator('.item', { hasText: 'interview.mp4' });
    await item.getByText('a flow of about 10 segments').first().waitFor();
    expect(await item.getByRole('row').allInnerTexts()).toEqual([
      expect.stringContaining('Codec'),
      expect.stringMatching(/video-0\s+video\/h264\s+160 x 90, 29.97 frames\/s\s+40 s/),
      expect.stringMatching(/audio-1\s+audio\/aac\s+44.1 kHz, 2 ch\s+40 s/),
    ]);
    const refused = page.locator('.item', { hasText: 'cut off.mp4' });
    await refused.getByText('cut off.mp4 names no tracks').waitFor();
    await refused.getByText(`npm run mgmt -- ingest --url ${server.baseUrl}/v8.2 'cut off.mp4'`).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect((await client.request<Flow[]>('GET', '/flows')).body).toEqual([]);

    // Some uploads pass, and the others hang, as in a tunnel.
    let uploads = 0;
    await page.route(
      (url) => url.pathname.startsWith('/media'),
      async (route) => {
        if (route.request().method() !== 'PUT' || ++uploads <= 8) await route.continue();
      },
    );
    await item.getByLabel('Label').fill('Interview, take 1');
    await item.getByRole('button', { name: 'Bring in' }).click();
    await expect.poll(() => uploads).toBeGreaterThan(9);
    await expect.poll(async () => (await client.request<Flow[]>('GET', '/flows')).body.length).toBe(3);
    const kept = await page.evaluate<string>(KEPT);
    expect(kept).toContain('Interview, take 1');
    expect(kept.replaceAll(server.baseUrl, '')).not.toMatch(/https?:|signature|token|expires/i);
    await page.unrouteAll();
    await page.reload();
    await item.getByText('begun earlier').waitFor();
    await input.setInputFiles(clip);
    await item.getByText('done', { exact: true }).waitFor();
    expect(await item.getByRole('link', { name: 'Open' }).getAttribute('href')).toMatch(/\/ui\/flows\/[0-9a-f-]{36}$/);

    const { body: flows } = await client.request<Flow[]>('GET', '/v8.2/flows?sort_by=label');
    expect(flows.map(({ label }) => label)).toEqual([
      ...['Interview, take 1', 'Interview, take 1, audio-1', 'Interview, take 1, video-0'],
    ]);
    const [multi, audio, video] = flows as [Flow, Flow, Flow];
    const pictures = await download(client, video);
    expect(await frameHashes(pictures.file, 'v')).toEqual(await frameHashes(clip, 'v'));
    expect(pictures.segments).toHaveLength(10);
    const sound = await download(client, audio);
    expect(await soundHash(sound.file)).toBe(await soundHash(clip));
    const objects = [...pictures.segments, ...sound.segments].map(({ object_id: id }) => id);
    expect(new Set(objects).size).toBe(objects.length);
    // Players read it by the rules, whole.
    const playlist = `${server.baseUrl}/playback/flows/${multi.id}.m3u8`;
    for (const url of (await loadPresentation(playlist)).keys()) {
      const stream = url.includes(video.id) ? 'v' : 'a';
      const [read, brought] = await Promise.all([url, clip].map((each) => frameHashes(each, stream)));
      // Players of MP4 leave the first frame of sound out, which is the coder's.
      const added = (read?.length ?? 0) - (brought?.length ?? 0);
      expect(stream === 'v' ? [0] : [0, 1], url).toContain(added);
    }
    await playsInBrowser(server.baseUrl, playlist);
  });

  it('makes a demo clip where a browser can, and brings it in', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    const page = await openPage(chromium, `${server.baseUrl}/ui/`);
    // A browser that keeps nothing, as in a private window.
    await page.addInitScript(`Object.defineProperty(globalThis, 'indexedDB', { value: undefined })`);
    await page.reload();
    // A file that is dropped on the empty library is taken along.
    const dropped = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['no media'], 'notes.txt'));
      return transfer;
    })()`);
    await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByRole('heading', { level: 1, name: 'Bring in' }).waitFor();
    const notes = page.locator('.item', { hasText: 'notes.txt' });
    await notes.getByText('cannot be brought in', { exact: true }).waitFor();
    await page.getByText('This browser keeps no notes').waitFor();
    // Beside the zone the browser would leave the page for the file.
    const stray = await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['no media'], 'notes.txt'));
      const drop = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer });
      document.querySelector('h1').dispatchEvent(drop);
      return drop.defaultPrevented;
    })()`);
    expect(stray).toBe(true);
    await notes.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Load the demo clip' }).click();
    await page.locator('.item').getByText('done', { exact: true }).waitFor({ timeout: 120_000 });
    const { body: flows } = await client.request<Flow[]>('GET', '/v8.2/flows?format=urn:x-nmos:format:video');
    const { file } = await download(client, flows[0] ?? { id: '', label: '' });
    expect(await frameHashes(file, 'v')).toHaveLength(300);
  });
});
