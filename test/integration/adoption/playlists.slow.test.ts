import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg, hasFfmpeg, makeClip } from '../mgmt-data/support/media.ts';
import { adopt, type AdoptionShown, Bucket, keysOf, reached, s3Binary, STORAGE_ID } from './support/bucket.ts';

let folder: string;
/** A playlist whose segments are parts of one file, of transport stream and of fragmented MP4. */
const one: Record<string, Buffer> = {};
let segments: readonly [Buffer, Buffer];
/** A playlist with an initialisation segment, and its segments. */
const parts: Record<string, Buffer> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-adopt-'));
  if (!hasFfmpeg) return;
  const clip = join(folder, 'clip.mp4');
  await makeClip(clip, 3);
  const vod = ['-c', 'copy', '-f', 'hls', '-hls_time', '1', '-hls_playlist_type', 'vod'];
  await ffmpeg('-i', clip, ...vod, join(folder, 'a.m3u8'));
  segments = [await readFile(join(folder, 'a0.ts')), await readFile(join(folder, 'a1.ts'))];
  await ffmpeg('-i', clip, ...vod, '-hls_flags', 'single_file', join(folder, 'stream.m3u8'));
  const fragmented = ['-hls_segment_type', 'fmp4', '-hls_flags', 'single_file'];
  await ffmpeg('-i', clip, ...vod, ...fragmented, join(folder, 'fragments.m3u8'));
  const withInit = ['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'];
  await ffmpeg('-i', clip, ...vod, ...withInit, join(folder, 'parts.m3u8'));
  for (const name of await readdir(folder)) {
    if (/^parts|^init/.test(name)) parts[name] = await readFile(join(folder, name));
  }
  for (const name of ['stream.m3u8', 'stream.ts', 'fragments.m3u8', 'fragments.m4s'])
    one[name] = await readFile(join(folder, name));
});

afterAll(() => rm(folder, { recursive: true }));

const playlist = (...lines: readonly string[]): Buffer =>
  Buffer.from(['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:2', ...lines, '#EXT-X-ENDLIST', ''].join('\n'));

describe.skipIf(s3Binary === undefined || !hasFfmpeg)('adoption of playlists and segments', () => {
  it('takes segments that are parts of one file as that file, and counts its bytes', async () => {
    const bucket = await Bucket.open();
    await bucket.putAll(Object.fromEntries(Object.entries(one).map(([name, bytes]) => [`in/${name}`, bytes])));
    const { api } = await bucket.serve();
    const adoption = await adopt(api, { prefix: 'in', layout: 'playlists' });
    const keys = await keysOf(api, adoption);
    expect(keys.map(({ key, state, reason }) => [key, state, reason])).toEqual([
      ['in/fragments.m4s', 'adopted', undefined],
      ['in/stream.ts', 'adopted', undefined],
    ]);
    expect(adoption).toMatchObject({ bytes: (one['stream.ts']?.length ?? 0) + (one['fragments.m4s']?.length ?? 0) });
    for (const { flow_id: flow = '' } of keys) {
      const [segment, ...others] = await api.segments(flow);
      expect(others).toEqual([]);
      const [start = 0, end = 0] = (segment?.timerange ?? '')
        .slice(1, -1)
        .split('_')
        .map((time) => Number(time.replace(':', '.')));
      expect(Math.round(end - start)).toBe(3);
    }
  });

  it('takes an initialisation segment as an object that the segments of a playlist need', async () => {
    const bucket = await Bucket.open();
    const names = Object.keys(parts).filter((name) => name.endsWith('.m4s'));
    const last = parts[names.at(-1) ?? ''] ?? Buffer.alloc(0);
    await bucket.putAll({
      ...Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [`in/whole/${name}`, bytes])),
      ...Object.fromEntries(names.map((name) => [`in/lost/${name}`, parts[name] ?? last])),
      'in/lost/parts.m3u8': parts['parts.m3u8'] ?? last,
      'in/cut/init.mp4': parts['init.mp4'] ?? last,
      'in/cut/parts.m3u8': playlist('#EXT-X-MAP:URI="init.mp4"', '#EXTINF:1,', 'a.m4s'),
      'in/cut/a.m4s': last.subarray(0, last.length / 2),
    });
    const { api } = await bucket.serve();
    const adoption = await adopt(api, { prefix: 'in/whole', layout: 'playlists' });
    const keys = await keysOf(api, adoption);
    expect(keys.map(({ key, reason }) => [key, reason])).toEqual(names.map((name) => [`in/whole/${name}`, undefined]));
    const flow = keys[0]?.flow_id ?? '';
    interface WithInit {
      readonly timerange: string;
      readonly init_object?: { readonly get_urls: readonly { readonly url: string }[] };
    }
    const listed = await api.get<WithInit[]>(`/v8.2/flows/${flow}/segments`);
    expect(listed.map(({ timerange }) => timerange.slice(1, -1).split('_')[1])).toHaveLength(names.length);
    const response = await fetch(listed[0]?.init_object?.get_urls[0]?.url ?? '');
    expect(Buffer.from(await response.arrayBuffer()).equals(parts['init.mp4'] ?? last)).toBe(true);
    const reasonsOf = async (prefix: string): Promise<(string | undefined)[]> =>
      (await keysOf(api, await adopt(api, { prefix, layout: 'playlists' }))).map(({ reason }) => reason);
    expect(new Set(await reasonsOf('in/lost'))).toEqual(
      new Set([expect.stringContaining('its initialisation segment in/lost/init.mp4: ') as string]),
    );
    expect(await reasonsOf('in/cut')).toEqual([expect.stringMatching(/cut off|partial file/)]);
  });

  it('names what cannot be adopted: cut off, in parts, without a beginning, or not there', async () => {
    const [first, second] = segments;
    const bucket = await Bucket.open();
    const ranged = (...ranges: readonly string[]): string[] =>
      ranges.flatMap((range) => ['#EXTINF:1,', `#EXT-X-BYTERANGE:${range}`, 'whole.ts']);
    await bucket.putAll({
      'in/1/a0.ts': first,
      'in/1/a1.ts': second.subarray(0, second.length - 1000),
      'in/1/list.m3u8': playlist('#EXTINF:1,', 'a0.ts', '#EXTINF:1,', 'a1.ts', '#EXTINF:1,', 'a2.ts'),
      'in/2/whole.ts': first,
      'in/2/longer.m3u8': playlist(...ranged(`${first.length}@0`, '188')),
      'in/2/part.m3u8': playlist(...ranged('188@0', '188')),
      'in/2/gap.m3u8': playlist(...ranged('188@0', '188@376')),
      'in/2/init.m3u8': playlist('#EXT-X-MAP:URI="init.mp4",BYTERANGE="9@0"', '#EXTINF:1,', 'whole.ts'),
    });
    const { api } = await bucket.serve();
    const reasonsOf = async (prefix: string): Promise<(readonly [string, string, string | undefined])[]> => {
      const keys = await keysOf(api, await adopt(api, { prefix, layout: 'playlists' }));
      return keys
        .map(({ key, state, reason }) => [key, state, reason] as const)
        .sort(([a, , x = ''], [b, , y = '']) => (`${a}${x}` < `${b}${y}` ? -1 : 1));
    };
    const containing = (text: string): string => expect.stringContaining(text) as string;
    expect(await reasonsOf('in/1')).toEqual([
      ['in/1/a0.ts', 'adopted', undefined],
      ['in/1/a1.ts', 'refused', containing('it is cut off')],
      ['in/1/a2.ts', 'refused', containing('in/1/list.m3u8 names it, and there is no object of this key')],
    ]);
    expect(await reasonsOf('in/2')).toEqual([
      ['in/2/gap.m3u8', 'refused', containing('do not follow one another (EXT-X-BYTERANGE)')],
      ['in/2/init.m3u8', 'refused', containing('a part of another file (EXT-X-MAP)')],
      ['in/2/whole.ts', 'refused', containing(`names 376 of its ${first.length} bytes`)],
      ['in/2/whole.ts', 'refused', containing(`it is cut off: in/2/longer.m3u8 names ${first.length + 188} bytes`)],
    ]);
  });

  it('names gaps and doubles of numbered segments, deletes beside what is protected, and asks for classes again', async () => {
    const [first, second] = segments;
    const bucket = await Bucket.open();
    await bucket.putAll({
      'in/day 1/a-1.ts': first,
      'in/day 1/a-01.ts': first,
      'in/day 1/a-3.ts': second,
      'in/day 10/b-1.ts': first,
      'in/c-1.ts': first,
    });
    const { api } = await bucket.serve();
    await adopt(api, { prefix: 'in/day 10', layout: 'segments' });
    // Bytes of `in/day 10` are protected, and none below `in/day 1/`.
    const adoption = await adopt(api, { prefix: 'in/day 1', layout: 'segments', delete_bytes: true });
    expect(adoption.keys).toMatchObject({ adopted: 2, refused: 1, missing: 1 });
    const reasons = (await keysOf(api, adoption)).map(({ reason }) => reason);
    expect(reasons).toContainEqual(expect.stringContaining('another file is for the same time'));
    expect(reasons).toContainEqual(expect.stringContaining('number 2 is missing, before in/day 1/a-3.ts'));
    expect(
      (
        await api.send('POST', '/internal/adoptions', {
          storage_id: STORAGE_ID,
          prefix: 'in',
          layout: 'segments',
          delete_bytes: true,
        })
      ).status,
    ).toBe(400);

    // Somebody makes the flow of the plan their own, for everybody to see.
    const asked = { storage_id: STORAGE_ID, prefix: 'in', layout: 'segments', tags: { auth_classes: 'news' } };
    const { id } = await api.must<AdoptionShown>('POST', '/internal/adoptions', asked);
    const planned = (await keysOf(api, await reached(api, id, 'planned'))).find(({ state }) => state === 'planned');
    expect(planned?.key).toBe('in/c-1.ts');
    await api.newFlow({ id: planned?.flow_id });
    await api.must('POST', `/internal/adoptions/${id}/start`);
    const done = await keysOf(api, await reached(api, id, 'done'));
    expect(done.find(({ key }) => key === 'in/c-1.ts')).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('has another tag auth_classes') as string,
    });
    expect(await api.segments(planned?.flow_id ?? '')).toEqual([]);
  });
});
