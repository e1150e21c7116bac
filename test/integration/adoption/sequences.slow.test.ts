import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../../support/test-server.ts';
import { until } from '../behaviour/support/api.ts';
import { ffmpeg, hasFfmpeg, makeClip } from '../mgmt-data/support/media.ts';
import {
  adopt,
  type AdoptionShown,
  Bucket,
  keysOf,
  type KeyShown,
  reached,
  s3Binary,
  STORAGE_ID,
} from './support/bucket.ts';

let folder: string;
const frames: Buffer[] = [];
const segments: Record<string, Buffer> = {};
let playlist: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-adopt-'));
  if (!hasFfmpeg) return;
  const pictures = ['-f', 'lavfi', '-i', 'testsrc=size=64x36:rate=24', '-frames:v', '6'];
  await ffmpeg(...pictures, '-compression', 'zip16', join(folder, 'f.%04d.exr'));
  for (let number = 1; number <= 6; number++) frames.push(await readFile(join(folder, `f.000${number}.exr`)));
  await makeClip(join(folder, 'clip.mp4'), 3);
  const cut = ['-c', 'copy', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_playlist_type', 'vod'];
  await ffmpeg('-i', join(folder, 'clip.mp4'), ...cut, join(folder, 'news-.m3u8'));
  for (const name of await readdir(folder)) {
    if (name.endsWith('.ts')) segments[name] = await readFile(join(folder, name));
  }
  playlist = await readFile(join(folder, 'news-.m3u8'));
});

afterAll(() => rm(folder, { recursive: true }));

const below = (prefix: string, files: Readonly<Record<string, Buffer>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${prefix}/${name}`, bytes]));

const byKey = (keys: readonly KeyShown[], name: string): KeyShown | undefined =>
  keys.find(({ key }) => key.endsWith(name));

describe.skipIf(s3Binary === undefined || !hasFfmpeg)('adoption of sequences', () => {
  it('puts rendered frames where their numbers say, inspects them, and names what is wrong', async () => {
    const bucket = await Bucket.open();
    const [one, two, three, four, five, six] = frames as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
    await bucket.putAll(
      below('in/shot', {
        'beauty.0024.exr': one,
        'beauty.0025.exr': two,
        'beauty.025.exr': three,
        'beauty.0027.exr': four,
        'beauty.0028.exr': five.subarray(0, five.length / 2),
        'beauty.0029.exr': Buffer.from('no picture at all'),
        'depth.0024.exr': six,
        'notes.txt': Buffer.from('notes'),
      }),
    );
    const { api } = await bucket.serve({ EXR_AUTO_INSPECT: 'true' });
    const rate = { numerator: 24, denominator: 1 };
    const adoption = await adopt(api, { prefix: 'in/shot', layout: 'frames', frame_rate: rate });
    expect(adoption.keys).toMatchObject({ adopted: 4, refused: 4, missing: 1 });
    const keys = await keysOf(api, adoption);
    expect(byKey(keys, 'beauty.0024.exr')).toMatchObject({ state: 'adopted', timerange: '[1:0_1:41666666)' });
    const doubled = [byKey(keys, 'beauty.0025.exr'), byKey(keys, 'beauty.025.exr')];
    expect(doubled.map((key) => key?.state).sort()).toEqual(['adopted', 'refused']);
    expect(doubled.find((key) => key?.state === 'refused')?.reason).toContain('for the same time');
    expect(keys.find(({ state }) => state === 'missing')?.reason).toContain('number 26 is missing, before');
    expect(byKey(keys, 'beauty.0028.exr')?.reason).toContain('truncated');
    expect(byKey(keys, 'beauty.0029.exr')?.reason).toContain('not_exr');
    expect(byKey(keys, 'notes.txt')?.reason).toContain('no EXR file');

    const flows =
      await api.get<{ id: string; label: string; container: string; segment_duration: unknown }[]>('/flows');
    expect(flows.map(({ label }) => label).sort()).toEqual(['beauty.####.exr', 'depth.####.exr']);
    expect(flows[0]).toMatchObject({ container: 'image/x-exr', segment_duration: { numerator: 1, denominator: 24 } });
    const beauty = flows.find(({ label }) => label.startsWith('beauty'));
    expect(await api.segments(beauty?.id ?? '')).toHaveLength(3);
    // At once: what was read of them is kept with them.
    expect(await api.get<unknown[]>('/exr/files?limit=100')).toHaveLength(4);
    const sequences = await api.get<{ pattern: string }[]>('/exr/sequences');
    expect(sequences.map(({ pattern }) => pattern)).toContain('s3://archive/in/shot/beauty.%04d.exr');
  });

  it('keeps the headers that frames have when they are adopted, however long ago they were planned', async () => {
    const bucket = await Bucket.open();
    const [one, two] = frames as [Buffer, Buffer];
    // Another header of the same size: nothing depends on the attribute whose name changes.
    const before = Buffer.from(one);
    before.set(Buffer.from('screenWindowWidtX'), before.indexOf('screenWindowWidth'));
    expect(before.equals(one)).toBe(false);
    await bucket.putAll(below('in/planned', { 'a.0001.exr': before, 'a.0002.exr': two }));
    const { api } = await bucket.serve({ EXR_AUTO_INSPECT: 'true' });
    const rate = { numerator: 24, denominator: 1 };
    const plan = await adopt(api, { prefix: 'in/planned', layout: 'frames', frame_rate: rate, start: false });
    await bucket.putAll(below('in/planned', { 'a.0001.exr': one }));
    await api.must('POST', `/internal/adoptions/${plan.id}/start`);
    expect((await reached(api, plan.id, 'done')).keys).toMatchObject({ adopted: 2, refused: 0 });
    const files = await until(async () => {
      const all = await api.get<{ id: string; path: string }[]>('/exr/files?limit=100');
      return all.length === 2 ? all : undefined;
    });
    const { id = '' } = files.find(({ path }) => path.endsWith('a.0001.exr')) ?? {};
    const { attributes } = await api.get<{ attributes: { name: string }[] }>(`/exr/files/${id}`);
    expect(attributes.map(({ name }) => name)).toContain('screenWindowWidth');
  });

  it('extends the flow of a sequence by the frames that come later, and by those alone that fit', async () => {
    const bucket = await Bucket.open();
    const [one, two, three, four] = frames as [Buffer, Buffer, Buffer, Buffer];
    await bucket.putAll(below('in/late', { 'a.0001.exr': one, 'a.0003.exr': two }));
    const { api } = await bucket.serve();
    const render = (rate: number, more: object = {}) =>
      adopt(api, {
        prefix: 'in/late',
        layout: 'frames',
        frame_rate: { numerator: rate, denominator: 1 },
        ...more,
      });
    expect((await render(24)).keys).toMatchObject({ adopted: 2, missing: 1 });
    await bucket.putAll(below('in/late', { 'a.0002.exr': three, 'a.0004.exr': four }));
    for (const more of [undefined, { tags: { auth_classes: 'news' } }]) {
      const refused = more === undefined ? await render(25) : await render(24, more);
      expect(refused.keys).toMatchObject({ adopted: 0, present: 2, refused: 2, missing: 0 });
      const reasons = (await keysOf(api, refused)).flatMap(({ reason = '', state }) =>
        state === 'refused' ? reason : [],
      );
      expect(reasons.join()).toContain(more === undefined ? 'another rate' : 'auth_classes');
    }
    // Two at once: one adopts them, and finds all that the other does.
    const plans = [await render(24, { start: false }), await render(24, { start: false })];
    for (const { id } of plans) await api.must('POST', `/internal/adoptions/${id}/start`);
    const [first, second] = [
      await reached(api, plans[0]?.id ?? '', 'done'),
      await reached(api, plans[1]?.id ?? '', 'done'),
    ];
    for (const { keys } of [first, second]) expect(keys).toMatchObject({ refused: 0, missing: 0 });
    expect([first.keys['adopted'], second.keys['adopted']].sort()).toEqual([0, 2]);
    expect([first.keys['present'], second.keys['present']].sort()).toEqual([2, 4]);
    expect((await render(24)).keys).toMatchObject({ adopted: 0, present: 4, refused: 0, missing: 0 });
    const flows = await api.get<{ id: string }[]>('/flows');
    expect(flows).toHaveLength(1);
    const times = (await api.segments(flows[0]?.id ?? '')).map(({ timerange }) => timerange.slice(1).split('_')[0]);
    expect(times).toEqual(['0:41666666', '0:83333333', '0:125000000', '0:166666666']);
  });

  it('adopts and inspects the frames that events tell of, and forgets the headers of those that are gone', async () => {
    const bucket = await Bucket.open();
    const [one, two, three, four] = frames as [Buffer, Buffer, Buffer, Buffer];
    const { api } = await bucket.serve({ EXR_AUTO_INSPECT: 'true' });
    const tell = (...keys: string[]) =>
      api.must('POST', '/events/s3', {
        Records: keys.map((key) => ({
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: 'archive' }, object: { key } },
        })),
      });
    await bucket.putAll(below('in/live', { 'a.0001.exr': one }));
    const rate = { numerator: 24, denominator: 1 };
    expect(
      (
        await api.send('POST', '/internal/adoptions', {
          storage_id: STORAGE_ID,
          prefix: 'in/live',
          layout: 'files',
          follow: true,
        })
      ).status,
    ).toBe(400);
    const { id } = await adopt(api, { prefix: 'in/live', layout: 'frames', frame_rate: rate, follow: true });
    await bucket.putAll({
      ...below('in/live', { 'a.0003.exr': two, 'b.0001.exr': three, 'b.0002.exr': Buffer.from('no picture') }),
      'away/c.0001.exr': four,
    });
    const told = [
      'in/live/a.0003.exr',
      'in/live/b.0001.exr',
      'in/live/b.0002.exr',
      'in/live/b.0009.exr',
      'away/c.0001.exr',
    ];
    for (let time = 0; time < 2; time++) {
      await tell(...told);
      const done = await until(async () => {
        const shown = await api.get<AdoptionShown>(`/internal/adoptions/${id}`);
        return shown.keys['adopted'] === 3 && shown.keys['refused'] === 1 ? shown : undefined;
      });
      expect(done).toMatchObject({ state: 'done', keys: { adopted: 3, refused: 1, planned: 0 } });
    }
    const flows = await api.get<{ id: string; label: string }[]>('/flows');
    expect(flows.map(({ label }) => label).sort()).toEqual(['a.####.exr', 'b.####.exr']);
    const a = flows.find(({ label }) => label.startsWith('a'));
    expect((await api.segments(a?.id ?? '')).map(({ timerange }) => timerange)).toEqual([
      '[0:41666666_0:83333333)',
      '[0:125000000_0:166666666)',
    ]);
    const paths = async (): Promise<string[]> =>
      (await api.get<{ path: string; failure: unknown }[]>('/exr/files?limit=100'))
        .filter(({ failure }) => failure === null)
        .map(({ path }) => path);
    const known = ['a.0001', 'a.0003', 'b.0001'].map((name) => `s3://archive/in/live/${name}.exr`);
    const isThere = (all: readonly string[]) => known.every((path) => all.includes(path));
    const away = 's3://archive/away/c.0001.exr';
    await until(async () => {
      const all = await paths();
      return isThere(all) && all.includes(away) ? true : undefined;
    });
    await bucket.store.delete('away/c.0001.exr');
    await tell('away/c.0001.exr');
    await until(async () => ((await paths()).includes(away) ? undefined : true), 120_000);
    await api.must('DELETE', `/internal/adoptions/${id}`);
    expect(await paths()).toEqual(expect.arrayContaining(known));
  });

  it('does what docs/moving-in.md says', async () => {
    const bucket = await Bucket.open();
    const clip = await readFile(join(folder, 'clip.mp4'));
    await bucket.putAll({ 'rushes/a.mp4': clip, 'renders/show/shot-1/b.0001.exr': frames[0] ?? clip });
    const server = await startTestServer({ env: await bucket.envOfFile('news', ['rushes', 'renders/show']) });
    onTestFinished(() => server.close());
    const guide = await readFile('docs/moving-in.md', 'utf8');
    const commands = [...guide.matchAll(/```bash\n(.*?)```/gs)].map(([, block = '']) => block).join('');
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TAMS_URL: server.baseUrl };
    const { stdout } = await promisify(execFile)('bash', ['-c', `set -euo pipefail\n${commands}`], { env });
    const lines = stdout.split('\n').filter((line) => /^\d+ (key|object)/.test(line));
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      '1 key would be adopted',
      '1 object adopted.',
      '1 object adopted.',
      '0 objects adopted.',
      '1 key of it adopted before.',
    ]);
  });

  it('makes a flow of numbered segments, and of a playlist, at the times of their media', async () => {
    const bucket = await Bucket.open();
    const count = Object.keys(segments).length;
    await bucket.putAll({
      ...below('in/numbered', segments),
      ...below('in/hls', { ...segments, 'news-.m3u8': playlist }),
      'in/hls/percent.m3u8': Buffer.from('#EXTM3U\n#EXTINF:2,\n100%.ts\n#EXT-X-ENDLIST\n'),
      'in/live/now.m3u8': Buffer.from('#EXTM3U\n#EXTINF:2,\na.ts\n'),
      'in/away/out.m3u8': Buffer.from('#EXTM3U\n#EXTINF:2,\n../../secret/a.ts\n#EXT-X-ENDLIST\n'),
    });
    const { api } = await bucket.serve();
    for (const asked of [
      { prefix: 'in/numbered', layout: 'segments' },
      { prefix: 'in/hls', layout: 'playlists' },
    ]) {
      const adoption = await adopt(api, asked);
      const keys = await keysOf(api, adoption);
      const refused = keys.filter(({ state }) => state === 'refused').map(({ reason }) => reason);
      expect(refused).toEqual(asked.layout === 'segments' ? [] : [expect.stringContaining('"100%.ts" is no URL')]);
      expect(adoption.keys).toMatchObject({ adopted: count, missing: 0 });
      const flow = keys.find(({ state }) => state === 'adopted')?.flow_id ?? '';
      const { timerange } = await api.get<{ timerange: string }>(`/flows/${flow}?include_timerange=true`);
      const listed = await api.segments(flow);
      expect(listed).toHaveLength(count);
      // Without a gap: each begins where the one before ends.
      const ends = listed.map((segment) => segment.timerange.slice(1, -1).split('_'));
      for (const [index, [start]] of ends.entries()) if (index > 0) expect(start).toBe(ends[index - 1]?.[1]);
      expect(timerange).toBe(`[${ends[0]?.[0] ?? ''}_${ends.at(-1)?.[1] ?? ''})`);
    }
    const live = await adopt(api, { prefix: 'in/live', layout: 'playlists' });
    expect((await keysOf(api, live)).map(({ reason }) => reason)).toEqual([expect.stringContaining('live')]);
    const away = await adopt(api, { prefix: 'in/away', layout: 'playlists' });
    expect((await keysOf(api, away)).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('may not be adopted'),
    ]);
  });
});
