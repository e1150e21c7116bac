import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf, IngestFolder } from '../../../mgmt/ingest/ingest-folder.ts';
import { checkFile } from '../../../mgmt/outgest/check.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { frameHashes, hasFfmpeg, makeClip, makeMedia, soundHash } from './support/media.ts';
import { runMgmt, startMgmt } from './support/run-mgmt.ts';
import { type IngestedFlow, Workspace } from './support/workspace.ts';

const SECONDS = 6;
const FRAMES = 180;

describe.skipIf(!hasFfmpeg)('media in and out (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let clip: string;
  let pictures: string[];

  beforeAll(async () => {
    work = await Workspace.open();
    clip = join(work.folder, 'clip.mp4');
    await makeClip(clip, SECONDS);
    pictures = await frameHashes(clip, 'v');
  });

  afterAll(() => work.close());

  test('a file becomes flows with what is in it, and comes out as it went in', async () => {
    const multi = await work.flow(await work.ingest([clip]));
    expect(multi.format).toBe('urn:x-nmos:format:multi');
    const [video, audio] = await work.members(multi.id);
    expect(video).toMatchObject({
      format: 'urn:x-nmos:format:video',
      codec: 'video/h264',
      container: 'video/mp2t',
      essence_parameters: {
        frame_width: 160,
        frame_height: 90,
        frame_rate: { numerator: 30_000, denominator: 1001 },
        bit_depth: 8,
        interlace_mode: 'progressive',
        colorspace: 'BT709',
        transfer_characteristic: 'SDR',
        horiz_chroma_subs: 2,
        vert_chroma_subs: 2,
        avc_parameters: { profile: 100 },
      },
    });
    expect(audio).toMatchObject({
      codec: 'audio/aac',
      essence_parameters: {
        sample_rate: 44_100,
        channels: 2,
        codec_parameters: { coded_frame_size: 1024, mp4_oti: 2 },
      },
    });
    if (video === undefined || audio === undefined) throw new Error('There is no flow.');
    await work.rangesWithoutGaps(video.id);
    await work.rangesWithoutGaps(audio.id);
    const segments = await work.tams.listSegments(video.id);
    expect(segments).toHaveLength(6);
    // 1001/30000 s, in whole nanoseconds.
    expect(segments).toContainEqual(expect.objectContaining({ sample_count: 30, last_duration: '0:33366667' }));
    // 30 frames of 1001/30000 s, to the nanosecond, after the two that B-frames are reordered by.
    const [first, second] = segments.map(({ timerange }) => TimeRange.parse(timerange));
    expect((second?.startNs ?? 0n) - (first?.startNs ?? 0n)).toBe(1_001_000_000n);

    expect(pictures).toHaveLength(FRAMES);
    const both = await work.out(multi.id, 'both.mp4');
    expect(await frameHashes(both.file, 'v')).toEqual(pictures);
    expect(await soundHash(both.file)).toEqual(await soundHash(clip));
    const appended = await work.out(video.id, 'video.ts');
    expect(await frameHashes(appended.file, 'v')).toEqual(pictures);
    // Of the segments as they are, containers included.
    const { size } = await stat(appended.file);
    expect(video['avg_bit_rate']).toBe(Math.floor((size * 8) / (FRAMES * 1001 * (1000 / 30_000))));
    expect(video['max_bit_rate']).toBeGreaterThanOrEqual(video['avg_bit_rate'] ?? Infinity);
    // What was not joined as the timeline says would be found.
    const moved = appended.tracks.map((track) => ({
      ...track,
      parts: track.parts.map(({ startNs, samples }, index) => ({
        startNs: index === 2 ? startNs + 33_366_667n : startNs,
        samples,
      })),
    }));
    expect(await checkFile(appended.file, moved)).toEqual([expect.stringContaining('frames from')]);
    const part = await work.out(video.id, 'part.mp4', '[2:500000000_3:500000000)');
    expect(await frameHashes(part.file, 'v')).toEqual(pictures.slice(60, 120));
    expect(part.tracks[0]?.parts).toHaveLength(2);
    await expect(work.out(video.id, 'part.mp4')).rejects.toThrow('is there already');
  });

  test('a gap stays a gap, is told, and what lies after it stays at its time', async () => {
    const multi = await work.flow(await work.ingest([clip], { start: 100_000_000_000n }));
    const [video] = multi.flow_collection ?? [];
    if (video === undefined) throw new Error('There is no flow.');
    const range = (await work.tams.listSegments(video.id))[2]?.timerange ?? '';
    await work.tams.request('DELETE', `/flows/${video.id}/segments?timerange=${encodeURIComponent(range)}`);
    const { file, tracks } = await work.out(video.id, 'gap.mp4');
    expect(tracks[0]?.gaps.map(String)).toEqual([range]);
    expect(await frameHashes(file, 'v')).toEqual([...pictures.slice(0, 60), ...pictures.slice(90)]);
  });

  test('ready segments whose times begin anew each are put one after the other', async () => {
    const segments = Array.from({ length: 6 }, (_, index) => resolve(`demo/clip/audio-${index}.aac`));
    const id = await work.ingest(segments, { ready: true });
    expect(await work.flow(id)).toMatchObject({ codec: 'audio/aac', container: 'audio/aac' });
    const ranges = (await work.tams.listSegments(id)).map(({ timerange }) => timerange);
    expect(ranges.slice(0, 3)).toEqual(['[0:0_1:24000000)', '[1:24000000_2:48000000)', '[2:48000000_3:72000000)']);
    await work.out(id, 'sound.aac');
  });

  test('ready segments of one picture each, which all begin at 0, are put one after the other', async () => {
    const segments = ['first', 'second', 'third'].map((name) => join(work.folder, `${name}-picture.mp4`));
    for (const file of segments) await makeMedia(file, 1, ['-c:v', 'mpeg4', '-frames:v', '1', '-r', '25', '-an']);
    const ranges = await work.rangesWithoutGaps(await work.ingest(segments, { ready: true }));
    expect(ranges.map(String)).toEqual(['[0:0_0:40000000)', '[0:40000000_0:80000000)', '[0:80000000_0:120000000)']);
  });

  test('ready segments may have clocks that tick differently, and must be coded alike', async () => {
    const segments = await Promise.all(
      [60_000, 90_000].map(async (ticks) => {
        const file = join(work.folder, `clock-${ticks}.mp4`);
        await makeMedia(file, 1, ['-c:v', 'mpeg4', '-video_track_timescale', String(ticks), '-an']);
        return file;
      }),
    );
    const id = await work.ingest(segments, { ready: true });
    const lasts = (await work.rangesWithoutGaps(id)).map(({ startNs, endNs }) => (endNs ?? 0n) - (startNs ?? 0n));
    expect(lasts).toEqual([1_001_000_000n, 1_001_000_000n]);
    const other = join(work.folder, 'larger.mp4');
    await makeMedia(other, 1, ['-c:v', 'mpeg4', '-vf', 'scale=320:180', '-an']);
    await expect(work.ingest([...segments, other], { ready: true })).rejects.toThrow('mpeg4 of 320x180');
  });

  test('goes into a flow that is there only if that is such a flow', async () => {
    const silent = join(work.folder, 'silent.mp4');
    await makeMedia(silent, 1, ['-c:v', 'mpeg4', '-an']);
    const flowId = await work.ingest([silent]);
    expect(await work.ingest([silent], { flowId, start: 60_000_000_000n })).toBe(flowId);
    expect((await work.out(flowId, 'twice.mp4')).tracks[0]?.gapCount).toBe(1);
    const known = await flowCount();
    await expect(work.ingest([clip], { flowId, start: 120_000_000_000n })).rejects.toThrow('is there, and its format');
    expect(await flowCount()).toBe(known);
  });

  async function flowCount(): Promise<number> {
    return (await work.tams.request<IngestedFlow[]>('GET', '/flows?limit=1000')).body.length;
  }

  test('what was uploaded and has expired before it was registered is uploaded again', async () => {
    const segments = [0, 1, 2].map((index) => resolve(`demo/clip/audio-${index}.aac`));
    const lost = randomUUID();
    const id = await work.ingest(segments, {
      ready: true,
      before: (state, { flows }) => state.addUpload(flows[0]?.id ?? '', segments[1] ?? '', lost),
    });
    const objects = (await work.tams.listSegments(id)).map(({ object_id: object }) => object);
    expect(objects).toHaveLength(3);
    expect(objects).not.toContain(lost);
    await work.out(id, 'again.aac');
  });

  test('killed again and again, it goes on where it was, and nothing is there twice', async () => {
    const state = join(work.folder, 'killed');
    const args = ['ingest', clip, '--segment-duration', '100ms', '--parallel', '1', '--state', state];
    const env = { TAMS_URL: work.server.baseUrl };
    const fresh = await work.tams.request<IngestedFlow[]>('GET', '/flows?limit=1000');
    const known = new Set(fresh.body.map(({ id }) => id));
    let present = 0;
    for (let kill = 0; kill < 2; kill++) {
      const child = startMgmt(args, env);
      const ended = once(child, 'close');
      // Killed as soon as more is on the timeline than before, which is in the middle of what follows.
      for (let count = present; count <= present && child.exitCode === null;) {
        await sleep(20);
        count = await segmentsOfNew(known);
        if (count > present) present = count;
        else continue;
        break;
      }
      child.kill('SIGKILL');
      await ended;
    }
    expect(present).toBeGreaterThan(0);
    const finished = await runMgmt(args, env);
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    expect(finished.stdout).toContain('were there already');
    const flows = (await work.tams.request<IngestedFlow[]>('GET', '/flows?limit=1000')).body.filter(
      ({ id }) => !known.has(id),
    );
    expect(flows.map(({ format }) => format.split(':').at(-1)).sort()).toEqual(['audio', 'multi', 'video']);
    const video = flows.find(({ format }) => format.endsWith('video'));
    const multi = flows.find(({ format }) => format.endsWith('multi'));
    const segments = await work.tams.listSegments(video?.id ?? '');
    expect(segments).toHaveLength(12);
    expect(new Set(segments.map(({ object_id: id }) => id)).size).toBe(12);
    const { file } = await work.out(multi?.id ?? '', 'killed.mp4');
    expect(await frameHashes(file, 'v')).toEqual(pictures);
    expect(await readdir(state)).not.toContain('segments');
    // What it was is remembered, and something else under the same name is refused.
    await expect(new IngestFolder(state).plan('that of something else')).rejects.toThrow('of another ingest');
  });

  async function segmentsOfNew(known: ReadonlySet<string>): Promise<number> {
    const { body: flows } = await work.tams.request<IngestedFlow[]>('GET', '/flows?limit=1000');
    let count = 0;
    for (const { id } of flows) if (!known.has(id)) count += (await work.tams.listSegments(id)).length;
    return count;
  }

  test('outgest that is interrupted leaves nothing behind', async () => {
    const id = await work.ingest([clip]);
    const out = join(work.folder, 'interrupted.mp4');
    const child = startMgmt(['outgest', '--flow', id, '--out', out, '--parallel', '1'], {
      TAMS_URL: work.server.baseUrl,
    });
    const ended = once(child, 'close');
    const left = async (): Promise<string[]> =>
      (await readdir(work.folder)).filter((name) => name.startsWith('interrupted'));
    while ((await left()).length === 0 && child.exitCode === null) await sleep(5);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(await left()).toEqual([]);
  });

  test('without ffmpeg it says what is missing', async () => {
    const { code, stderr } = await runMgmt(['ingest', clip, '--state', join(work.folder, 'none')], {
      PATH: '/nowhere',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('is not installed');
  });

  test('another file of the same name has another fingerprint', async () => {
    const file = join(work.folder, 'changing');
    await writeFile(file, 'one');
    const before = await fingerprintOf([file], []);
    await writeFile(file, 'longer');
    expect(await fingerprintOf([file], [])).not.toBe(before);
  });
});
