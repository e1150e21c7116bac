import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExrApi, renderedFrame } from '../../support/exr-objects.ts';
import { SearchApi } from '../../support/search/search-api.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/* Whose sizes are known: of three objects the media search has seen one and EXR metadata another, both of one flow. */

const MIB = 2 ** 20;
let server: TestServer;
let api: ExrApi;
let frames: string;
let frame: Buffer;
beforeAll(async () => {
  server = await startTestServer();
  api = new ExrApi(server.baseUrl);
  const other = await api.newFlow();
  await api.newObject(other);
  frames = await api.newExrFlow();
  frame = renderedFrame(1);
  await api.uploadAll(frames, { 'frame.exr': frame });
  await api.inspect('frame.exr');
  const [allocated] = await api.allocate(frames, { object_ids: ['proxy.mp4'] });
  // A signed URL of the local store ends with the path that the object is kept under.
  const key = new URL(allocated?.put_url.url ?? '').pathname.split(`${frames}/`)[1];
  await new SearchApi(server.baseUrl).asset(`${frames}/${key ?? ''}`, { size_bytes: 5 * MIB });
});
afterAll(() => server.close());

interface Usage {
  sizes: { objects: number; bytes: number }[];
}

describe('storage usage', () => {
  it('knows sizes by the place of an object and by its id', async () => {
    const usage = await api.get<Usage>('/analytics/storage-usage');
    expect(usage).toMatchObject({
      objects: 3,
      objects_of_known_size: 2,
      objects_of_unknown_size: 1,
      bytes: frame.length + 5 * MIB,
    });
    expect(usage.sizes.map(({ objects, bytes }) => [objects, bytes])).toEqual([
      [1, frame.length],
      [1, 5 * MIB],
      [0, 0],
      [0, 0],
    ]);
  });

  it.each([
    ['flow_id', () => frames, 2, 2],
    ['format', () => 'urn:x-nmos:format:video', 1, 0],
    ['format', () => 'urn:x-nmos:format:audio', 0, 0],
  ])('picks by %s', async (name, value, objects, known) => {
    expect(await api.get(`/analytics/storage-usage?${name}=${value()}`)).toMatchObject({
      objects,
      objects_of_known_size: known,
    });
  });
});

describe('tables of media search and EXR metadata', () => {
  it('are exported, where they are EXR metadata', async () => {
    const rowsOf = async (table: string): Promise<Record<string, unknown>[]> => {
      const response = await fetch(`${server.baseUrl}/analytics/export?table=${table}&format=arrow`);
      expect(response.status).toBe(200);
      return tableFromIPC(new Uint8Array(await response.arrayBuffer()))
        .toArray()
        .map((row: { toJSON(): Record<string, unknown> }) => row.toJSON());
    };
    const [file, ...others] = await rowsOf('exr_files');
    expect([file?.['size'], others]).toEqual([BigInt(frame.length), []]);
    for (const table of ['exr_parts', 'exr_channels', 'exr_attributes']) {
      const rows = await rowsOf(table);
      expect(rows.length, table).toBeGreaterThan(0);
      for (const row of rows) expect(row['file_id']).toBe(file?.['id']);
    }
    for (const table of ['exr_queue', 'search_assets', 'users']) {
      const { status, json } = await api.send('GET', `/analytics/export?table=${table}`);
      expect([status, (json as { summary: string }).summary]).toEqual([
        400,
        expect.stringMatching(/^table must be one of segments, flows, exr_files/),
      ]);
    }
  });

  it.each([
    ['table=search_assets&column=size_bytes', () => 5 * MIB],
    ['table=search_assets&column=size_bytes&timerange=[0:0_1:0)', () => null],
    ['table=exr_files&column=size', () => frame.length],
    ['table=exr_parts&column=part', () => 0],
  ])('are summed up: %s', async (query, sum) => {
    const expected = sum();
    expect(await api.get(`/analytics/aggregates/summary?${query}`)).toMatchObject({
      rows: expected === null ? 0 : 1,
      sum: expected === null ? null : String(expected),
    });
  });

  it('have series, and groups', async () => {
    expect(await api.get('/analytics/series/moving-average?table=search_assets&column=size_bytes')).toMatchObject({
      points: [{ value: 5 * MIB }],
    });
    expect(await api.get('/analytics/aggregates/top?table=exr_parts&column=part')).toMatchObject({
      top: [{ group: 'scanlineimage', count: 1 }],
    });
  });

  it.each([
    ['series/trend?table=exr_parts&column=part', 'table: exr_parts has no time'],
    ['aggregates/summary?table=exr_parts&timerange=[0:0_1:0)', 'timerange does not apply'],
    ['aggregates/summary?table=exr_files&flow_id=00000000-0000-4000-8000-000000000000', 'flow_id does not apply'],
    ['aggregates/summary?table=search_assets&format=urn:x-nmos:format:video', 'format does not apply'],
  ])('refuse %s', async (path, reason) => {
    const { status, json } = await api.send('GET', `/analytics/${path}`);
    expect([status, (json as { summary: string }).summary]).toEqual([400, expect.stringContaining(reason)]);
  });

  it('are not told where the server has none', async () => {
    const without = await startTestServer({ env: { SEARCH: 'false', EXR: 'false' } });
    try {
      const { analysed } = await new ExrApi(without.baseUrl).get<{ analysed: { table: string }[] }>(
        '/analytics/catalog',
      );
      expect(analysed.map(({ table }) => table)).toEqual(['segments', 'flows', 'sources', 'events']);
    } finally {
      await without.close();
    }
  });
});
