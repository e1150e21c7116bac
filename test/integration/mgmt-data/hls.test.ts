import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probePackets, timeBaseOf } from '../../../src/media/probing/probe.ts';
import { least, ticksToNs } from '../../../src/media/probing/ticks.ts';
import { frameHashes, hasFfmpeg, makeClip, soundHash, warningsOf } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

const SECONDS = 3;
const HEAD = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n';

describe.skipIf(!hasFfmpeg)('HLS playlists (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let clip: string;
  let pictures: string[];
  let sound: string;
  let files: Server;
  let url: string;
  let requests = 0;

  beforeAll(async () => {
    work = await Workspace.open();
    clip = join(work.folder, 'clip.mp4');
    await makeClip(clip, SECONDS);
    [pictures, sound] = await Promise.all([frameHashes(clip, 'v'), soundHash(clip)]);
    // What is asked for below /moved is elsewhere.
    files = createServer((request, response) => {
      const path = request.url ?? '';
      requests += 1;
      if (path.startsWith('/moved/')) {
        response.writeHead(302, { location: `/${basename(path)}` }).end();
        return;
      }
      readFile(join(work.folder, basename(path))).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    }).listen(0, '127.0.0.1');
    await once(files, 'listening');
    url = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    files.close();
    await work.close();
  });

  /** A playlist of the clip's streams, and its segments of a second. */
  async function packaged(name: string, type: 'mpegts' | 'fmp4', ...more: string[]): Promise<string> {
    const playlist = join(work.folder, `${name}.m3u8`);
    const options = ['-hls_time', '1', '-hls_list_size', '0', '-hls_playlist_type', 'vod', '-hls_segment_type', type];
    const init = ['-hls_fmp4_init_filename', `${name}-init.mp4`];
    await promisify(execFile)('ffmpeg', [
      ...['-v', 'error', '-i', clip, '-c', 'copy', ...options, ...init],
      ...[...more, playlist],
    ]);
    return playlist;
  }

  async function expectTheClip(flowId: string, name: string): Promise<void> {
    const { file } = await work.out(flowId, name);
    expect(await frameHashes(file, 'v')).toEqual(pictures);
    expect(await soundHash(file)).toBe(sound);
  }

  test.each(['mpegts', 'fmp4'] as const)('of %s, over HTTP, muxed as they are', async (type) => {
    await packaged(type, type);
    const multi = await work.flow(await work.ingest([`${url}/moved/${type}.m3u8`], { muxed: true }));
    expect(multi.container).toBe(type === 'fmp4' ? 'video/mp4' : 'video/mp2t');
    expect(multi.flow_collection).toHaveLength(2);
    expect(await work.rangesWithoutGaps(multi.id)).toHaveLength(3);
    await expectTheClip(multi.id, `${type}-out.mp4`);
  });

  test.each(['mpegts', 'fmp4'] as const)('of %s, pictures and sound in one: each becomes a flow', async (type) => {
    const id = await work.ingest([await packaged(`apart-${type}`, type)]);
    const { container, flow_collection: collected } = await work.flow(id);
    expect(container).toBeUndefined();
    expect(collected?.map(({ role }) => role)).toEqual(['video-0', 'audio-1']);
    const [video, audio] = await work.members(id);
    expect([video?.container, audio?.container]).toEqual(['video/mp2t', 'video/mp2t']);
    for (const flow of [video, audio]) await work.rangesWithoutGaps(flow?.id ?? '');
    await expectTheClip(id, `apart-${type}.mp4`);
    // Segments that were written by themselves, and play as one.
    expect(await warningsOf((await work.out(audio?.id ?? '', `apart-${type}.ts`)).file)).toBe('');
    expect(await apartNs(join(work.folder, `apart-${type}.mp4`))).toBeCloseTo(await apartNs(clip), -6);
  });

  /** By how much the pictures begin after the sound. */
  async function apartNs(file: string): Promise<number> {
    const { streams, packets } = await probePackets(file);
    const [video = 0n, audio = 0n] = [0, 1].map((index) =>
      ticksToNs(least((packets.get(index) ?? []).map(({ pts }) => pts)), timeBaseOf(streams.get(index) ?? { index })),
    );
    return Number(video - audio);
  }

  test('a segment of one frame that does not say how long it is lasts as long as the others', async () => {
    const playlist = await packaged('frames', 'fmp4', '-map', '0:a');
    const names = (await readdir(work.folder)).filter((name) => /^frames\d+\.m4s$/.test(name)).sort();
    const last = names.at(-1) ?? '';
    const head = await readFile(join(work.folder, 'frames-init.mp4'));
    const one = join(work.folder, 'one-frame.mp4');
    await writeFile(one, Buffer.concat([head, await readFile(join(work.folder, last))]));
    const [packets = []] = (await probePackets(one)).packets.values();
    expect(packets).toMatchObject([{ duration: 0n }]);
    const ranges = await work.rangesWithoutGaps(await work.ingest([playlist]));
    expect((ranges.at(-1)?.endNs ?? 0n) - (ranges.at(-1)?.startNs ?? 0n)).toBe(23_219_955n);
  });

  test('byte ranges of one file become segments of their own', async () => {
    const playlist = await packaged('single', 'fmp4', '-hls_flags', 'single_file');
    expect(await readFile(playlist, 'utf8')).toContain('#EXT-X-BYTERANGE');
    const id = await work.ingest([playlist], { muxed: true });
    expect(await work.rangesWithoutGaps(id)).toHaveLength(3);
    await expectTheClip(id, 'single-out.mp4');

    const { size } = await stat(join(work.folder, 'single.m4s'));
    const beyond = join(work.folder, 'beyond.m3u8');
    await writeFile(beyond, `${HEAD}#EXTINF:1,\n#EXT-X-BYTERANGE:100@${size - 10}\nsingle.m4s\n#EXT-X-ENDLIST\n`);
    await expect(work.ingest([beyond])).rejects.toThrow('has 10 bytes of the 100');
  });

  test.each([true, false])('times that begin anew go on on the timeline, in step (muxed: %s)', async (muxed) => {
    const [one, other] = await Promise.all(['first', 'second'].map((name) => packaged(name, 'mpegts')));
    const lines = async (file = ''): Promise<string[]> =>
      (await readFile(file, 'utf8')).split('\n').filter((line) => !line.startsWith('#EXT-X-ENDLIST'));
    const again = (await lines(other)).filter((line) => line.startsWith('#EXTINF') || line.endsWith('.ts'));
    const playlist = join(work.folder, 'anew.m3u8');
    await writeFile(playlist, [...(await lines(one)), '#EXT-X-DISCONTINUITY', ...again, '#EXT-X-ENDLIST'].join('\n'));
    const id = await work.ingest([playlist], { muxed });
    const video = muxed ? id : ((await work.members(id))[0]?.id ?? '');
    expect(await work.rangesWithoutGaps(video)).toHaveLength(6);
    const { file } = await work.out(id, `anew-${muxed}.mp4`);
    expect(await frameHashes(file, 'v')).toEqual([...pictures, ...pictures]);
    const { packets } = await probePackets(file);
    const times = (packets.get(0) ?? []).map(({ pts }) => ticksToNs(pts, { num: 1n, den: 90_000n })).sort(byTime);
    const steps = times.slice(1).map((time, index) => Number(time - (times[index] ?? 0n)));
    // 1001/30000 s, and once what the two are apart by the rounding of ffmpeg's lists.
    for (const step of steps) expect(Math.abs(step - 33_366_667)).toBeLessThan(1_000_000);
  });

  test('of which a segment is missing: nothing more is loaded once that is known', async () => {
    const segments = Array.from({ length: 60 }, () => '#EXTINF:1,\nclip.mp4\n').join('');
    await writeFile(join(work.folder, 'gone.m3u8'), `${HEAD}#EXTINF:1,\nnowhere.ts\n${segments}#EXT-X-ENDLIST\n`);
    await expect(work.ingest([`${url}/gone.m3u8`])).rejects.toThrow('GET /nowhere.ts answered 404');
    const asked = requests;
    await sleep(500);
    expect(requests).toBe(asked);
  });

  const byTime = (a: bigint, b: bigint): number => Number(a - b);

  test('of several variants the best one is taken, with its sound, and both stay together where they are put', async () => {
    await packaged('pictures', 'mpegts', '-map', '0:v');
    await packaged('default', 'mpegts', '-map', '0:a');
    await writeFile(
      join(work.folder, 'variants.m3u8'),
      '#EXTM3U\n' +
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="Other",DEFAULT=NO,URI="missing.m3u8"\n' +
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="Sound",DEFAULT=YES,URI="default.m3u8"\n' +
        '#EXT-X-STREAM-INF:BANDWIDTH=100\nmissing.m3u8\n' +
        '#EXT-X-STREAM-INF:BANDWIDTH=900,AUDIO="s"\npictures.m3u8\n',
    );
    const id = await work.ingest([`${url}/variants.m3u8`], { start: 100_000_000_000n });
    expect((await work.flow(id)).flow_collection?.map(({ role }) => role)).toEqual(['main', 'sound']);
    const ranges = await Promise.all((await work.members(id)).map((member) => work.rangesWithoutGaps(member.id)));
    const [pictureNs = 0n, soundNs = 0n] = ranges.map(([first]) => first?.startNs ?? 0n);
    expect(pictureNs).toBe(100_000_000_000n);
    const apartNs = (await startOf('pictures0.ts')) - (await startOf('default0.ts'));
    expect(apartNs).not.toBe(0n);
    expect(pictureNs - soundNs).toBe(apartNs);
    await expectTheClip(id, 'variants-out.mp4');
  });

  /** When a file's only stream begins by its own clock, in nanoseconds. */
  async function startOf(name: string): Promise<bigint> {
    const [packets = []] = (await probePackets(join(work.folder, name))).packets.values();
    return ticksToNs(least(packets.map(({ pts }) => pts)), { num: 1n, den: 90_000n });
  }

  test.each([
    ['encrypted', '#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n', 'encrypted'],
    ['live', '#EXTINF:1,\na.ts\n', 'live'],
    ['of files that are none of its business', '#EXTINF:1,\nfile:///etc/hosts\n#EXT-X-ENDLIST\n', 'file: URL'],
    [
      'with such an initialization',
      '#EXT-X-MAP:URI="file:///etc/hosts"\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n',
      'file: URL',
    ],
  ])('a playlist that is %s is refused', async (_name, text, message) => {
    await writeFile(join(work.folder, 'refused.m3u8'), `${HEAD}${text}`);
    await expect(work.ingest([`${url}/refused.m3u8`])).rejects.toThrow(message);
  });

  test('another file is not taken from a URL', async () => {
    await expect(work.ingest([`${url}/clip.mp4`])).rejects.toThrow('URLs must be HLS playlists');
    await expect(work.ingest([`${url}/refused.m3u8`], { ready: true })).rejects.toThrow('URLs must be HLS playlists');
  });
});
