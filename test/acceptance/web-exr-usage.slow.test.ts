import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { ExrApi, renderedFrame } from '../support/exr-objects.ts';
import { videoFlow } from '../support/examples.ts';
import { seriousFaults } from './support/accessibility.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';

describe.skipIf(chromium === '')('EXR and usage in the browser (needs Chromium)', { timeout: 120_000 }, () => {
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

  it('shows what is stored, how it grew, and where a flow has gaps, as plots and as tables', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    const ids = { id: randomUUID(), source_id: randomUUID() };
    const flow = videoFlow(ids, { label: 'Camera 1', avg_bit_rate: 8000 });
    await client.request('PUT', `/flows/${flow.id}`, flow);
    for (const range of ['0:0_1:0', '1:0_2:0', '5:0_7:0', '10:0_14:0']) {
      const get_urls = [{ label: 'elsewhere', url: `https://media.example/${range}.ts` }];
      const body = { object_id: `example ${range}`, timerange: `[${range})`, get_urls };
      expect((await client.request('POST', `/flows/${flow.id}/segments`, body)).status).toBe(201);
    }
    const page = await openPage(chromium, `${server.baseUrl}/ui/usage`);
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
  });
});
