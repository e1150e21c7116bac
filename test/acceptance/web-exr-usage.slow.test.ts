import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { ExrApi, renderedFrame } from '../support/exr-objects.ts';
import { videoFlow } from '../support/examples.ts';
import { seriousFaults } from './support/accessibility.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';

describe.skipIf(chromium === '')('EXR and usage in the browser (needs Chromium)', () => {
  it('shows sequences with what they lack, headers, objections, and frames like one', async () => {
    const { server } = await (await ServerFolder.make()).start();
    const api = new ExrApi(server.baseUrl);
    const flow = await api.newExrFlow();
    const path = (number: number): string => `shots/sq010/beauty.${number}.exr`;
    const numbers = [1001, 1002, 1003, 1006];
    await api.uploadAll(flow, Object.fromEntries(numbers.map((number) => [path(number), renderedFrame(number)])));
    for (const number of numbers) await api.must('POST', '/exr/inspect', { object_id: path(number) });

    const page = await openPage(chromium, `${server.baseUrl}/ui/exr`);
    const sequence = page.getByRole('row', { name: 'shots/sq010/beauty.%04d.exr' });
    await sequence.waitFor();
    expect(await sequence.innerText()).toMatch(/4\s+1001\s+1006\s+1\s+1004-1005/);
    await page.getByRole('link', { name: 'Check these files' }).click();
    await page.getByRole('status').filter({ hasText: '4 pass' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page
      .getByRole('link', { name: path(1002) })
      .first()
      .click();
    await page.getByRole('cell', { name: /B \(half\), G \(half\), R \(half\), depth.Z \(float\)/ }).waitFor();
    await page.getByRole('row', { name: /beauty\.1003\.exr (0\.99|1\.0)/ }).waitFor();
    await page.getByText('Attributes', { exact: true }).click();
    await page.getByRole('cell', { name: 'a renderer 1.2' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(new URL(page.url()).searchParams.get('file')).not.toBeNull();
  });

  it('shows what is stored, how it grew, where a flow has gaps, and what comes in', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    const ids = { id: randomUUID(), source_id: randomUUID() };
    const flow = videoFlow(ids, { label: 'Camera 1', avg_bit_rate: 8000 });
    await client.request('PUT', `/flows/${flow.id}`, flow);
    for (const range of ['0:0_1:0', '1:0_2:0', '5:0_7:0', '10:0_14:0']) {
      const get_urls = [{ label: 'elsewhere', url: `https://media.example/${range}.ts` }];
      const body = { object_id: `example ${range}`, timerange: `[${range})`, get_urls };
      expect((await client.request('POST', `/flows/${flow.id}/segments`, body)).status).toBe(201);
    }
    const page = await openPage(chromium, `${server.baseUrl}/ui/usage`, /media\.example|Failed to load resource/);
    await page.getByText('Duration by format').waitFor();
    expect(await page.locator('.figures').innerText()).toMatch(
      /Segments\s+4\s+Duration of all segments\s+8 s\s+[^]*8.0 MB/,
    );
    const durations = page.locator('figure', { hasText: 'Duration by format' });
    await durations.getByText('As a table').click();
    await durations.getByRole('row', { name: 'video 8 s' }).waitFor();
    await page.getByLabel('A bar for each').selectOption('minute');
    await page.getByLabel('Flow', { exact: true }).selectOption('Camera 1');
    await page.getByText('57.14 % covered, 8 s; 2 gaps, 6 s').waitFor();
    await page.getByRole('cell', { name: '[2:0_5:0)' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    // The view can be sent to a colleague.
    await page.reload();
    await page.getByText('57.14 % covered').waitFor();
    expect(await page.getByLabel('A bar for each').inputValue()).toBe('1m');
    // The end of a long timeline is shown: a segment a minute, after a day without any.
    const minutes = Array.from({ length: 600 }, (_, minute) => ({
      object_id: `minute ${minute}`,
      timerange: `[${100_020 + minute * 60}:0_${100_021 + minute * 60}:0)`,
      get_urls: [{ label: 'elsewhere', url: `https://media.example/${minute}.ts` }],
    }));
    expect((await client.request('POST', `/flows/${flow.id}/segments`, minutes)).status).toBe(201);
    await page.reload();
    await page.getByText('The last 500 bars are shown.').waitFor();
    const content = page.locator('figure', { hasText: 'Segments along the timeline' });
    await content.getByText('As a table').click();
    await content.getByRole('row', { name: `${100_020 + 599 * 60} s 1` }).waitFor();
    expect(await content.getByRole('row').count()).toBe(501);

    // The page of what is being ingested shows what comes.
    const live = { ...videoFlow({ id: randomUUID(), source_id: randomUUID() }), status: 'ingesting' };
    await client.request('PUT', `/v8.2/flows/${live.id}`, live);
    await page.goto(`${server.baseUrl}/ui/flows/${live.id}`);
    await page.getByText('Nothing is on this timeline yet.').waitFor();
    const get_urls = [{ label: 'elsewhere', url: 'https://media.example/live.ts' }];
    const first = { object_id: 'live', timerange: '[0:0_1:0)', get_urls };
    await client.request('POST', `/v8.2/flows/${live.id}/segments`, first);
    await page.locator('.timeline [role=slider][aria-valuemax="1"]').first().waitFor();
    await page.getByRole('button', { name: 'To what comes now' }).waitFor();
    const second = { object_id: 'more', timerange: '[1:0_3:0)', get_urls };
    await client.request('POST', `/v8.2/flows/${live.id}/segments`, second);
    await page.locator('.timeline [role=slider][aria-valuemax="3"]').first().waitFor();
    // Once it is complete, no more is looked for.
    await client.request('PUT', `/v8.2/flows/${live.id}`, { ...live, status: 'closed_complete' });
    await page.getByRole('button', { name: 'To what comes now' }).waitFor({ state: 'detached' });
  });
});
