import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Parser } from 'm3u8-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playsInBrowser } from '../../support/hls-player.ts';
import { brokenRules } from '../../support/hls-rules.ts';
import { hasFfmpeg, makeClip } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

const run = promisify(execFile);
const SECONDS = 4;

/** Decoded pictures, frames of sound (the first of which players of MP4 leave out: it is the coder's), and the length. */
async function decoded(input: string): Promise<{ frames: Record<string, number>; seconds: number }> {
  const entries = [
    '-count_frames',
    '-count_packets',
    '-show_entries',
    'stream=codec_type,nb_read_frames,nb_read_packets:format=duration',
  ];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, '-of', 'json', input]);
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_type: string; nb_read_frames: string; nb_read_packets: string }[];
    format: { duration: string };
  };
  const frames = streams.map(({ codec_type: type, nb_read_frames: pictures, nb_read_packets: packets }) => [
    type,
    Number(type === 'video' ? pictures : packets),
  ]);
  return { frames: Object.fromEntries(frames) as Record<string, number>, seconds: Number(format.duration) };
}

describe.skipIf(!hasFfmpeg)('media that were brought in (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let clip: string;
  let base: string;
  beforeAll(async () => {
    work = await Workspace.open('8.2');
    base = work.server.baseUrl;
    clip = join(work.folder, 'clip.mp4');
    await makeClip(clip, SECONDS);
    const options = ['-hls_time', '1', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'];
    await run('ffmpeg', ['-v', 'error', '-i', clip, '-c', 'copy', ...options, join(work.folder, 'clip.m3u8')]);
  });
  afterAll(() => work.close());

  /** A flow that is live until somebody says that it is not. */
  async function ingested(input: string, settings: object): Promise<string> {
    const id = await work.ingest([input], settings);
    const all = [await work.flow(id), ...(await work.members(id))];
    for (const flow of all) {
      const { status } = await work.tams.request('PUT', `/flows/${flow.id}`, { ...flow, status: 'closed_complete' });
      expect(status).toBe(204);
    }
    return id;
  }

  async function readsWell(url: string): Promise<string> {
    const text = await (await fetch(url)).text();
    expect(brokenRules(text), text).toEqual([]);
    const parser = new Parser();
    parser.push(text);
    parser.end();
    expect(parser.manifest.segments).toHaveLength(text.match(/^#EXTINF/gm)?.length ?? 0);
    return text;
  }

  it('as MPEG-TS play whole, pictures and sound', async () => {
    const id = await ingested(clip, {});
    const [video, audio] = await work.members(id);
    const { frames, seconds } = await decoded(clip);
    for (const [flow, kind] of [
      [video, 'video'],
      [audio, 'audio'],
    ] as const) {
      const url = `${base}/playback/flows/${flow?.id ?? ''}.m3u8`;
      await readsWell(url);
      expect((await decoded(url)).frames).toEqual({ [kind]: frames[kind] });
    }
    const whole = `${base}/playback/flows/${id}.m3u8`;
    const played = await decoded(whole);
    expect(played.frames).toEqual(frames);
    expect(Math.abs(played.seconds - seconds)).toBeLessThan(0.1);
    await playsInBrowser(base, whole);
    const { body } = await work.tams.request<{ url: string }>('POST', `/playback/flows/${id}/url`);
    expect((await decoded(body.url)).frames).toEqual(frames);
  });

  it('as an HLS import of MPEG-TS play whole', async () => {
    const list = join(work.folder, 'ts.m3u8');
    await run('ffmpeg', ['-v', 'error', '-i', clip, '-c', 'copy', '-hls_time', '1', '-hls_playlist_type', 'vod', list]);
    const id = await ingested(list, { muxed: true });
    const url = `${base}/playback/flows/${id}.m3u8`;
    await readsWell(url);
    expect((await decoded(url)).frames).toEqual((await decoded(clip)).frames);
    await playsInBrowser(base, url);
  });

  it('as fMP4 with an initialisation segment play whole', async () => {
    const id = await ingested(join(work.folder, 'clip.m3u8'), { muxed: true, speaks82: true });
    const url = `${base}/playback/flows/${id}.m3u8`;
    expect(await readsWell(url)).toMatch(/#EXT-X-MAP:URI="[^"]+\/init\/[^"]+\.mp4"\n/);
    expect((await decoded(url)).frames).toEqual((await decoded(clip)).frames);
    await playsInBrowser(base, url);
  });

  it('as fMP4 whose segments begin with their initialisation play whole', async () => {
    const id = await ingested(join(work.folder, 'clip.m3u8'), { muxed: true });
    const url = `${base}/playback/flows/${id}.m3u8`;
    const [, uri = '', bytes = ''] = /#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@0"/.exec(await readsWell(url)) ?? [];
    const init = await fetch(new URL(uri, url), { headers: { range: `bytes=0-${Number(bytes) - 1}` } });
    const own = await readFile(join(work.folder, 'init.mp4'));
    expect(
      Buffer.from(await init.arrayBuffer())
        .subarray(0, own.length)
        .equals(own),
    ).toBe(true);
    expect((await decoded(url)).frames).toEqual((await decoded(clip)).frames);
    await playsInBrowser(base, url);
  });
});
