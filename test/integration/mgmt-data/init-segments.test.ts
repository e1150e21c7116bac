import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameHashes, hasFfmpeg, makeClip, soundHash } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

interface Listed {
  readonly object_id: string;
  readonly init_object?: { readonly object_id: string };
}

describe.skipIf(!hasFfmpeg)('fMP4 and TAMS 8.2 (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let clip: string;

  beforeAll(async () => {
    work = await Workspace.open('8.2');
    clip = join(work.folder, 'clip.mp4');
    await makeClip(clip, 3);
    const options = ['-hls_time', '1', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'];
    const init = ['-hls_fmp4_init_filename', 'init.mp4', join(work.folder, 'clip.m3u8')];
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-i', clip, '-c', 'copy', ...options, ...init]);
  });
  afterAll(() => work.close());

  const segmentsOf = async (id: string): Promise<readonly Listed[]> =>
    (await work.tams.request<Listed[]>('GET', `/flows/${id}/segments`)).body;

  test('the initialisation segment is one object, and comes before each segment when the media are taken out', async () => {
    const id = await work.ingest([join(work.folder, 'clip.m3u8')], { muxed: true, speaks82: true });
    expect((await work.flow(id)).essence_parameters).toEqual({ init_segments: true });
    const segments = await segmentsOf(id);
    expect(segments).toHaveLength(3);
    expect(new Set(segments.map(({ init_object: init }) => init?.object_id)).size).toBe(1);
    expect(new Set(segments.map(({ object_id: object }) => object)).size).toBe(3);
    const { file } = await work.out(id, 'out.mp4');
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
    expect(await soundHash(file)).toBe(await soundHash(clip));
  });

  test('an upload of an earlier run that the server has forgotten is made again', async () => {
    const id = await work.ingest([join(work.folder, 'clip.m3u8')], {
      muxed: true,
      speaks82: true,
      before: (state, { tracks }) => state.addUpload(tracks[0]?.flowId ?? '', 'main-init-0', 'an object of yesterday'),
    });
    const [first] = await segmentsOf(id);
    expect(first?.init_object?.object_id).not.toBe('an object of yesterday');
    const { size } = await stat((await work.out(id, 'again.mp4')).file);
    expect(size).toBeGreaterThan(0);
  });

  test('a video without a fixed frame rate has a variable one', async () => {
    const varying = join(work.folder, 'varying.mp4');
    const input = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=25:duration=2'];
    const filter = ['-vf', "select='not(mod(n,3))+not(mod(n,7))'", '-fps_mode', 'vfr'];
    await promisify(execFile)('ffmpeg', ['-v', 'error', ...input, ...filter, varying]);
    const flow = await work.flow(await work.ingest([varying], { speaks82: true }));
    expect(flow.essence_parameters).toMatchObject({ vfr: true });
    expect(flow.essence_parameters).not.toHaveProperty('frame_rate');
  });
});
