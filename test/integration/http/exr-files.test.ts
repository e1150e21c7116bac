import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExrApi, exrFixture, type Inspected, renderedFrame } from '../../support/exr-objects.ts';
import { attribute, channels, int } from '../../support/exr-writer.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

interface Summary {
  readonly id: string;
  readonly path: string;
}
interface Similar {
  readonly file: Summary;
  readonly score: number;
}
interface Sequence {
  readonly pattern: string;
  readonly frame_count: number;
  readonly step: number;
  readonly ranges: unknown;
  readonly missing: unknown;
  readonly missing_count: number;
}

const SHOT = [1001, 1002, 1003, 1006, 1007, 1010];
const FIXTURES = [
  'deep-scanline.exr',
  'layers-mixed-types.exr',
  'multipart.exr',
  'compression-piz.exr',
  'scanline-float-rgba.exr',
  'scanline-half-rgba.exr',
  'standard-attributes.exr',
  'tiled-mipmap.exr',
];

let server: TestServer;
let api: ExrApi;
const ids = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer();
  api = new ExrApi(server.baseUrl);
  const flow = await api.newExrFlow();
  const rgb = (number: number): Buffer =>
    renderedFrame(number, attribute('channels', 'chlist', channels({ name: 'Y' })));
  const objects = Object.fromEntries([
    ...SHOT.map((number) => [`shot/beauty.${number}.exr`, renderedFrame(number)]),
    ...[1, 3, 5, 9].map((number) => [`twos/a.${String(number).padStart(4, '0')}.exr`, rgb(number)]),
    ...['0008', '0009', '0010', '8', '9', '10'].map((digits) => [`pads/p.${digits}.exr`, rgb(Number(digits))]),
    ...FIXTURES.map((name) => [`fixtures/${name}`, exrFixture(name)]),
  ]) as Record<string, Buffer>;
  await api.uploadAll(flow, objects);
  for (const id of Object.keys(objects)) ids.set(id, (await api.inspect(id)).persistence?.id ?? '');
});
afterAll(() => server.close());

const idOf = (path: string): string => ids.get(path) ?? '';
const paths = async (query: string): Promise<string[]> =>
  (await api.counted<Summary>(`/exr/files?${query}`)).items.map(({ path }) => path);
const refusal = async (path: string) => {
  const { status, json } = await api.send('GET', path);
  return [status, (json as { type: string }).type];
};

describe('GET /exr/files', () => {
  it('lists all files by path, in pages that neither repeat nor leave out', async () => {
    const expected = [...ids.keys()].sort();
    expect(await paths('')).toEqual(expected);
    const { items, pages } = await api.counted<Summary>('/exr/files?limit=5');
    expect(items.map(({ path }) => path)).toEqual(expected);
    expect(pages).toBe(Math.ceil(expected.length / 5));
  });

  it.each([
    ['path_prefix=shot/', SHOT.map((number) => `shot/beauty.${number}.exr`)],
    ['path_prefix=shot/beauty.100', [1001, 1002, 1003, 1006, 1007].map((number) => `shot/beauty.${number}.exr`)],
    ['channel=depth.Z&path_prefix=s', SHOT.map((number) => `shot/beauty.${number}.exr`)],
    ['layer=depth&limit=2&path_prefix=shot', SHOT.map((number) => `shot/beauty.${number}.exr`)],
    ['compression=piz', ['fixtures/compression-piz.exr', 'fixtures/scanline-float-rgba.exr']],
    ['deep=true', ['fixtures/deep-scanline.exr']],
    ['type=deepscanline', ['fixtures/deep-scanline.exr']],
    ['tiled=true&path_prefix=fixtures/', ['fixtures/multipart.exr', 'fixtures/tiled-mipmap.exr']],
    ['attribute.frame=1006', ['shot/beauty.1006.exr']],
    ['attribute.software=a%20renderer%201.2&attribute.frame=3', ['twos/a.0003.exr']],
    ['attribute.software=a%20renderer', []],
    [
      'width=1920&height=1080&path_prefix=twos/&deep=false',
      ['0001', '0003', '0005', '0009'].map((n) => `twos/a.${n}.exr`),
    ],
    ['width=1921', []],
    ['failed=true', []],
    ["channel=R'%20OR%201=1", []],
  ])('filters: %s', async (query, expected) => {
    expect(await paths(query)).toEqual(expected);
  });

  it('filters by attributes that are there, or are not', async () => {
    const having = await paths('attribute_exists.timeCode=true');
    const without = await paths('attribute_exists.timeCode=false');
    expect(having).toContain('shot/beauty.1001.exr');
    expect(without).toContain('fixtures/scanline-half-rgba.exr');
    expect([...having, ...without].sort()).toEqual([...ids.keys()].sort());
  });

  it('refuses what is no filter, and a cursor of another query', async () => {
    expect(await refusal('/exr/files?deep=perhaps')).toEqual([400, 'invalid_request']);
    expect(await refusal('/exr/files?width=wide')).toEqual([400, 'invalid_request']);
    const page = await api.send('GET', '/exr/files?limit=1');
    const key = page.headers.get('x-paging-nextkey') ?? '';
    expect(await refusal(`/exr/files?limit=1&deep=false&page=${key}`)).toEqual([400, 'invalid_cursor']);
  });

  it('has a HEAD, as a file has', async () => {
    const list = await api.send('HEAD', '/exr/files?limit=1');
    expect([list.status, list.text, list.headers.get('x-paging-limit')]).toEqual([200, '', '1']);
    expect((await api.send('HEAD', `/exr/files/${idOf('shot/beauty.1001.exr')}`)).status).toBe(200);
    expect((await api.send('HEAD', '/exr/files/none')).status).toBe(404);
  });
});

describe('GET /exr/files/{fileId}/similar', () => {
  it('finds the frames of the sequence first, at 0.99 or more, and other files well apart', async () => {
    const { items } = await api.counted<Similar>(`/exr/files/${idOf('shot/beauty.1001.exr')}/similar`);
    expect(items).toHaveLength(ids.size - 1);
    const frames = items.slice(0, SHOT.length - 1);
    expect(frames.map(({ file }) => file.path).sort()).toEqual(
      SHOT.slice(1).map((number) => `shot/beauty.${number}.exr`),
    );
    expect(frames.every(({ score }) => score >= 0.99)).toBe(true);
    expect(items[SHOT.length - 1]?.score).toBeLessThan(0.9);
    expect(items.map(({ score }) => score)).toEqual(items.map(({ score }) => score).sort((a, b) => b - a));
  });

  it('tells half from float', async () => {
    const { items } = await api.counted<Similar>(`/exr/files/${idOf('fixtures/scanline-half-rgba.exr')}/similar`);
    expect(items.find(({ file }) => file.path === 'fixtures/scanline-float-rgba.exr')?.score).toBeLessThan(0.95);
  });

  it('has pages that neither repeat nor leave out, ties among them', async () => {
    const path = `/exr/files/${idOf('twos/a.0001.exr')}/similar`;
    const whole = await api.counted<Similar>(path);
    const paged = await api.counted<Similar>(`${path}?limit=4`);
    expect(paged.items).toEqual(whole.items);
    expect(paged.pages).toBe(Math.ceil(whole.items.length / 4));
  });

  it('compares channels alone, of a part', async () => {
    const { items } = await api.counted<Similar>(`/exr/files/${idOf('shot/beauty.1001.exr')}/similar?by=channels`);
    expect(items.filter(({ score }) => score > 0.999)).toHaveLength(SHOT.length - 1);
    expect(items.every(({ file }) => file.id !== idOf('shot/beauty.1001.exr'))).toBe(true);
    expect(new Set(items.map(({ file }) => file.id)).size).toBe(ids.size - 1);
    const none = `/exr/files/${idOf('shot/beauty.1001.exr')}/similar?by=channels&part=9`;
    expect(await refusal(none)).toEqual([400, 'invalid_request']);
    expect(await refusal('/exr/files/none/similar')).toEqual([404, 'not_found']);
  });
});

describe('GET /exr/sequences', () => {
  it('reports frame ranges and gaps', async () => {
    const [shot] = await api.get<Sequence[]>('/exr/sequences?path_prefix=shot/');
    expect(shot).toMatchObject({
      pattern: 'shot/beauty.%04d.exr',
      first: 1001,
      last: 1010,
      step: 1,
      frame_count: 6,
      ranges: [
        { start: 1001, end: 1003 },
        { start: 1006, end: 1007 },
        { start: 1010, end: 1010 },
      ],
      missing: [
        { start: 1004, end: 1005 },
        { start: 1008, end: 1009 },
      ],
      missing_count: 4,
    });
    expect(shot).not.toHaveProperty('paths');
  });

  it('finds the step, and keeps paddings apart', async () => {
    expect(await api.get('/exr/sequences?path_prefix=twos/')).toMatchObject([
      { pattern: 'twos/a.%04d.exr', step: 2, missing: [{ start: 7, end: 7 }], missing_count: 1 },
    ]);
    const pads = await api.get<Sequence[]>('/exr/sequences?path_prefix=pads/');
    expect(pads.map(({ pattern, frame_count }) => [pattern, frame_count])).toEqual([
      ['pads/p.%04d.exr', 3],
      ['pads/p.%d.exr', 3],
    ]);
    expect(await api.get('/exr/sequences?path_prefix=nothing')).toEqual([]);
  });

  it('has pages that neither repeat nor leave out, within one name too', async () => {
    const whole = await api.counted<Sequence>('/exr/sequences');
    const paged = await api.counted<Sequence>('/exr/sequences?limit=1');
    expect(whole.items).toHaveLength(4);
    expect(paged.items).toEqual(whole.items);
    expect(paged.pages).toBe(4);
  });

  it('goes on over more names than are read at once, as a check goes on over more files', async () => {
    const flow = await api.newExrFlow();
    const names = Array.from({ length: 45 }, (_, index) => `many/s${index + 10}_.0001.exr`);
    const frame = renderedFrame(1, attribute('frame', 'int', int(1)));
    await api.uploadAll(flow, Object.fromEntries(names.map((name) => [name, frame])));
    for (const name of names) await api.inspect(name);
    const { items } = await api.counted<Sequence>('/exr/sequences?path_prefix=many/&limit=7');
    expect(items.map(({ pattern }) => pattern)).toEqual(names.map((name) => name.replace('0001', '%04d')));
    const report = await api.must<{ files: Summary[] }>('POST', '/exr/validate', { path_prefix: 'many/' });
    expect(report.files.map(({ path }) => path)).toEqual(names);
  });
});

describe('DELETE /exr/files/{fileId}', () => {
  it('forgets a file, which another inspection brings back', async () => {
    const id = idOf('fixtures/multipart.exr');
    expect((await api.send('DELETE', `/exr/files/${id}`)).status).toBe(204);
    expect((await api.send('DELETE', `/exr/files/${id}`)).status).toBe(404);
    expect((await api.send('GET', `/exr/files/${id}`)).status).toBe(404);
    const { items } = await api.counted<Similar>(`/exr/files/${idOf('shot/beauty.1001.exr')}/similar`);
    expect(items.some(({ file }) => file.id === id)).toBe(false);
    const found: Inspected = await api.inspect('fixtures/multipart.exr');
    expect(found.persistence).toMatchObject({ id, outcome: 'created', inspection_count: 1 });
  });
});
