import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probePackets, timeBaseOf } from '../../../src/media/probing/probe.ts';
import { least, ticksToNs } from '../../../src/media/probing/ticks.ts';
import { ffmpeg, frameHashes, hasFfmpeg, soundHash, warningsOf } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

const SECONDS = 3;
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '12', '-pix_fmt', 'yuv420p'];
const MPEG2 = ['-c:v', 'mpeg2video', '-bf', '2', '-g', '12', '-b:v', '4M'];
const AAC = ['-c:a', 'aac', '-ac', '2'];
const PCM = ['-c:a', 'pcm_s16le'];

/** Files as they come, and what is made of them: the name of a file that can hold it. */
const FILES: readonly { name: string; rate?: string; options: readonly string[]; out: string }[] = [
  { name: 'edit-list.mp4', options: [...H264, ...AAC], out: 'mp4' },
  { name: 'film.mp4', rate: '24000/1001', options: [...H264, ...AAC], out: 'mp4' },
  { name: 'fast.mp4', rate: '60000/1001', options: [...H264, ...AAC], out: 'ts' },
  { name: 'no-dts.mkv', options: [...H264, ...AAC], out: 'mp4' },
  { name: 'pal.mkv', rate: '25', options: [...H264, '-c:a', 'flac'], out: 'mp4' },
  { name: 'stream.ts', options: [...H264, ...AAC], out: 'ts' },
  { name: 'timecode.mov', options: [...H264, ...PCM, '-timecode', '10:00:00:00'], out: 'mov' },
  { name: 'xdcam.mxf', rate: '25', options: [...MPEG2, ...PCM, '-ar', '48000'], out: 'mov' },
  {
    name: 'intra.mxf',
    rate: '25',
    options: ['-c:v', 'mpeg2video', '-g', '1', '-b:v', '8M', ...PCM, '-ar', '48000'],
    out: 'mov',
  },
  // Without times of presentation, and with B-frames.
  { name: 'xvid.avi', rate: '25', options: ['-c:v', 'mpeg4', '-bf', '2', ...PCM], out: 'mov' },
  { name: 'mpeg2.avi', options: [...MPEG2, '-c:a', 'mp3'], out: 'mov' },
  { name: 'no-b-frames.avi', options: [...H264, '-bf', '0', ...PCM], out: 'mov' },
];

describe.skipIf(!hasFfmpeg)('round trips (skipped: there is no ffmpeg)', () => {
  let work: Workspace;

  beforeAll(async () => {
    work = await Workspace.open();
  });

  afterAll(() => work.close());

  async function made(name: string, rate: string, options: readonly string[]): Promise<string> {
    const file = join(work.folder, name);
    await ffmpeg(
      ...['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=${rate}:duration=${SECONDS}`],
      ...['-f', 'lavfi', '-i', `sine=sample_rate=44100:duration=${SECONDS}`, ...options, '-threads', '1', file],
    );
    return file;
  }

  test.each(FILES)('$name', async ({ name, rate = '30000/1001', options, out }) => {
    const clip = await made(name, rate, options);
    const id = await work.ingest([clip]);
    const members = await work.members(id);
    for (const { id: member } of members) await work.rangesWithoutGaps(member);
    const { file, tracks } = await work.out(id, `${name}.${out}`);
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
    const raw = options.includes('aac') ? 'adts' : 'data';
    expect(await soundHash(file, raw)).toBe(await soundHash(clip, raw));
    expect(await warningsOf(file)).toBe('');
    // Pictures and sound are as far apart as they were, in the file and on the timeline.
    const [apart, expected] = [await apartNs(file), name.endsWith('.avi') ? 0 : await apartNs(clip)];
    expect(Math.abs(apart - expected)).toBeLessThan(1_500_000);
    const [video, audio] = tracks;
    expect(Math.abs(Number((video?.startNs ?? 0n) - (audio?.startNs ?? 0n)) - expected)).toBeLessThan(1_500_000);
  });

  /** By how much the pictures begin after the sound, the lead-in of its encoder included. */
  async function apartNs(file: string): Promise<number> {
    const { streams, packets } = await probePackets(file);
    const [video = 0n, audio = 0n] = ['video', 'audio'].map((kind) => {
      const stream = [...streams.values()].find(({ codec_type: type }) => type === kind) ?? { index: -1 };
      return ticksToNs(least((packets.get(stream.index) ?? []).map(({ pts }) => pts)), timeBaseOf(stream));
    });
    return Number(video - audio);
  }
});
