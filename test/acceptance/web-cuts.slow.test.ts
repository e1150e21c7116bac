import { describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { testId, videoFlow } from '../support/examples.ts';
import { seriousFaults } from './support/accessibility.ts';
import { ServerFolder } from './support/server-folder.ts';
import { openPage } from './support/web-page.ts';

const chromium = findChromium() ?? '';

describe.skipIf(chromium === '')('cuts (needs Chromium)', () => {
  it('become flows when they are dropped, or say what is wrong', async () => {
    const { server, client } = await (await ServerFolder.make()).start();
    const ids = { id: testId('flow', 1), source_id: testId('source', 1) };
    await client.request(
      'PUT',
      `/v8.2/flows/${ids.id}`,
      videoFlow(ids, { label: 'Camera', status: 'closed_complete' }),
    );
    await client.request('POST', `/v8.2/flows/${ids.id}/segments`, {
      object_id: 'elsewhere',
      timerange: '[0:0_10:0)',
      get_urls: [{ url: `${server.baseUrl}/no-media`, label: 'elsewhere' }],
    });
    const cut = await (await fetch(`${server.baseUrl}/playback/flows/${ids.id}.otio?timerange=[2:0_5:0)`)).text();
    const page = await openPage(chromium, `${server.baseUrl}/ui/bring-in`, /Failed to load resource/);
    const file = (name: string, text: string) => ({ name, mimeType: '', buffer: Buffer.from(text) });
    const effect = '"effects":[{"OTIO_SCHEMA":"Blur.1"}]';
    await page
      .locator('input[type=file]')
      .setInputFiles([
        file('scene.otio', cut.replaceAll('"effects":[]', effect)),
        file('lost.otio', cut.replaceAll(ids.id, testId('flow', 999))),
      ]);
    const lost = page.locator('.item', { hasText: 'lost.otio' });
    await lost.getByText(`there is no flow ${testId('flow', 999)}`).waitFor();
    await lost.getByRole('button', { name: 'Remove' }).click();
    const made = page.locator('.item', { hasText: 'scene.otio' });
    await made.getByText('done', { exact: true }).waitFor();
    await made.getByText('has the effect "Blur.1": it was left out').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await made.getByRole('link', { name: 'Open' }).click();
    await page.getByRole('heading', { level: 1, name: 'Camera', exact: true }).waitFor();
    const flow = /flows\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
    expect(flow).not.toBe(ids.id);
    const { body } = await client.request<object[]>('GET', `/v8.2/flows/${flow}/segments`);
    expect(body).toMatchObject([{ object_id: 'elsewhere', timerange: '[2:0_5:0)' }]);
  });
});
