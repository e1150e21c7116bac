import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IngestFolder } from '../../../mgmt/ingest/ingest-folder.ts';
import { makePlan } from '../../../mgmt/ingest/make-plan.ts';
import type { IngestSettings } from '../../../mgmt/ingest/plan.ts';
import { parseTimecode } from '../../../mgmt/ingest/timecode.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { ffmpeg, frameHashes, hasFfmpeg, makeClip, makeMedia, warningsOf } from './support/media.ts';
import { runMgmt } from './support/run-mgmt.ts';
import { Workspace } from './support/workspace.ts';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '15'];

describe.skipIf(!hasFfmpeg)('where media are on the timeline (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let clip: string;
  let plans = 0;

  beforeAll(async () => {
    work = await Workspace.open();
    clip = join(work.folder, 'clip.mp4');
    await makeClip(clip, 2);
  });

  afterAll(() => work.close());

  async function planOf(file: string, settings: Partial<IngestSettings> = {}) {
    const folder = await new IngestFolder(join(work.folder, `plan-${plans++}`)).freshSegments();
    const plan = await makePlan([file], false, folder, { segmentNs: 1_000_000_000n, ...settings });
    const begins = plan.tracks.map(({ segments: [first] }) => TimeRange.parse(first?.body.timerange ?? '').startNs);
    return { ...plan, folder, begins };
  }

  async function withTimecode(name: string, timecode: string, ...options: readonly string[]): Promise<string> {
    const file = join(work.folder, name);
    await makeMedia(file, 1, [...H264, '-an', '-timecode', timecode, ...options]);
    return file;
  }

  test.each([
    ['counted.mov', '10:00:00:00', 36_036_000_000_000n],
    ['dropping.mov', '10:00:00;00', 35_999_964_000_000n],
    ['matroska.mkv', '01:00:00:00', 3_603_600_000_000n],
    ['midnight.mov', '00:00:00:00', 0n],
  ])('by its own timecode: %s, %s', async (name, timecode, startNs) => {
    const { begins, notes } = await planOf(await withTimecode(name, timecode));
    expect(begins).toEqual([startNs]);
    expect(notes).toContainEqual(expect.stringContaining(`placed by its own timecode, ${timecode}`));
  });

  test('by the timecode of MXF, and by the time reference of Broadcast Wave', async () => {
    const mxf = join(work.folder, 'own.mxf');
    await makeMedia(mxf, 1, [
      '-r',
      '25',
      '-c:v',
      'mpeg2video',
      '-c:a',
      'pcm_s16le',
      '-ar',
      '48000',
      '-timecode',
      '10:00:00:05',
    ]);
    expect((await planOf(mxf)).begins).toEqual([36_000_200_000_000n, 36_000_200_000_000n]);
    const wave = join(work.folder, 'own.wav');
    await ffmpeg(
      ...['-i', clip, '-vn', '-c:a', 'pcm_s16le', '-ar', '48000'],
      ...['-write_bext', '1', '-metadata', 'time_reference=172800000', wave],
    );
    expect((await planOf(wave)).begins).toEqual([3_600_000_000_000n]);
  });

  test('--start goes before the own timecode; sound that begins before the pictures stays before them', async () => {
    const file = await withTimecode('both.mov', '10:00:00:00');
    expect((await planOf(file, { start: 5_000_000_000n })).begins).toEqual([5_000_000_000n]);
    const { begins } = await planOf(clip, { start: parseTimecode('10:00:00:15') });
    const [video = null, audio = null] = begins;
    expect(video).toBe(36_036_500_500_000n);
    // A frame of AAC that its encoder leads in with.
    expect((video ?? 0n) - (audio ?? 0n)).toBe(23_219_955n);
  });

  test('a timecode says nothing of sound alone', async () => {
    const sound = join(work.folder, 'sound.m4a');
    await ffmpeg('-i', clip, '-vn', '-c', 'copy', sound);
    await expect(planOf(sound, { start: parseTimecode('10:00:00:00') })).rejects.toThrow(
      'without pictures at a fixed rate',
    );
  });

  test('at zero, which is before the times of its media, it goes in and comes out', async () => {
    const id = await work.ingest([clip], { start: 0n, label: 'At zero' });
    expect(await work.flow(id)).toMatchObject({ label: 'At zero' });
    const [video] = await work.members(id);
    expect(video).toMatchObject({ label: 'At zero, video-0' });
    const [first] = await work.tams.listSegments(video?.id ?? '');
    expect(first?.timerange).toBe('[0:0_1:1000000)');
    expect(first).toMatchObject({ ts_offset: '-0:266734000' });
    const { file } = await work.out(id, 'zero.mp4');
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
  });

  test('the command takes a timecode and a label, and segments have the extension of their container', async () => {
    const args = ['ingest', clip, '--start', '01:00:00;00', '--label', 'News at six', '--segment-duration', '1s'];
    const { code, stdout, stderr } = await runMgmt(args, { TAMS_URL: work.server.baseUrl });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/multi {2}News at six$/m);
    const video = /flow (\S+) {2}video/.exec(stdout)?.[1] ?? '';
    const [first] = await work.tams.listSegments(video);
    expect(first?.timerange).toMatch(/^\[3599:996400000_/);
    expect(new URL(first?.get_urls[0]?.url ?? '').pathname).toMatch(/\.ts$/);
    const wrong = await runMgmt(['ingest', clip, '--start', '25:00:00:00'], { TAMS_URL: work.server.baseUrl });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('a timecode such as 10:00:00:00');
  });

  test('AAC grows by less than a fifth as MPEG-TS', async () => {
    const sound = join(work.folder, 'growth.m4a');
    await makeMedia(sound, 8, ['-vn', '-c:a', 'aac', '-b:a', '96k']);
    const { folder } = await planOf(sound, { segmentNs: 2_000_000_000n });
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
    const coded = join(work.folder, 'growth.aac');
    await ffmpeg('-i', sound, '-c', 'copy', coded);
    const ratio = sizes.reduce((sum, size) => sum + size, 0) / (await stat(coded)).size;
    expect(ratio).toBeLessThan(1.2);
  });

  test('segments that are put one after the other are one transport stream, with a gap and without', async () => {
    const file = join(work.folder, 'joints.mp4');
    await makeMedia(file, 4, [...H264, '-an']);
    const flowId = await work.ingest([file]);
    // As a player of a playlist gets them.
    const { folder } = await planOf(file);
    const names = (await readdir(folder)).sort();
    expect(names).toHaveLength(4);
    const joined = `concat:${names.map((name) => join(folder, name)).join('|')}`;
    expect(await warningsOf(joined)).toBe('');
    expect(await warningsOf((await work.out(flowId, 'whole.ts')).file)).toBe('');
    await work.tams.request(
      'DELETE',
      `/flows/${flowId}/segments?timerange=${encodeURIComponent((await work.rangesWithoutGaps(flowId))[1]?.toString() ?? '')}`,
    );
    expect(await warningsOf((await work.out(flowId, 'gap.ts')).file)).toBe('');
  });
});
