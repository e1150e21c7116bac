import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codecStrings } from '../../../src/formats/isobmff.ts';
import { multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { ffmpeg, hasFfmpeg } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=1,format=yuv420p'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000:duration=1'];
const FRAGMENTED = [
  '-threads',
  '1',
  '-strict',
  '-2',
  '-movflags',
  '+frag_keyframe+delay_moov+default_base_moof',
  '-f',
  'mp4',
];

/** As players are told of them (RFC 6381). */
const CODED: readonly [string, readonly string[], RegExp][] = [
  ['H.264', [...PICTURE, '-c:v', 'libx264', '-profile:v', 'high', '-level', '3.1'], /^avc1\.64001f$/],
  [
    'HEVC',
    [...PICTURE, '-c:v', 'libx265', '-x265-params', 'log-level=none:pools=1', '-tag:v', 'hvc1'],
    /^hvc1\.1\.6\.L60\.90$/,
  ],
  [
    'HEVC with parameters in its samples',
    [...PICTURE, '-c:v', 'libx265', '-x265-params', 'log-level=none:pools=1', '-tag:v', 'hev1'],
    /^hev1\.1\.6\.L60\.90$/,
  ],
  ['AV1', [...PICTURE, '-c:v', 'libsvtav1', '-preset', '12', '-svtav1-params', 'lp=1'], /^av01\.0\.0\dM\.08$/],
  ['VP9', [...PICTURE, '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'], /^vp09\.00\.\d\d\.08$/],
  ['AAC', [...SOUND, '-c:a', 'aac'], /^mp4a\.40\.2$/],
  ['MP3', [...SOUND, '-c:a', 'libmp3lame'], /^mp4a\.6b$/],
  ['Opus', [...SOUND, '-c:a', 'libopus'], /^opus$/],
  ['AC-3', [...SOUND, '-c:a', 'ac3'], /^ac-3$/],
  ['E-AC-3', [...SOUND, '-c:a', 'eac3'], /^ec-3$/],
  ['FLAC', [...SOUND, '-c:a', 'flac'], /^fLaC$/],
];

describe.skipIf(!hasFfmpeg)('the codecs of fMP4 (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  beforeAll(async () => {
    work = await Workspace.open('8.2');
  });
  afterAll(() => work.close());

  it.each(CODED)('are known by its initialisation: %s', async (name, coded, expected) => {
    const file = join(work.folder, `${name.replaceAll(' ', '-')}.mp4`);
    await ffmpeg(...coded, ...FRAGMENTED, file);
    const bytes = await readFile(file);
    const [codec, ...others] = codecStrings(bytes.subarray(0, 65_536)) ?? [];
    expect([codec, others]).toEqual([expect.stringMatching(expected), []]);
    // Bytes that are cut off or damaged are no codec, and no error.
    for (let length = 0; length < 900; length += 7) codecStrings(bytes.subarray(0, length));
    for (let at = 0; at < 900; at++) {
      const damaged = Buffer.from(bytes.subarray(0, 4096));
      damaged.writeUInt8(0xff, at);
      codecStrings(damaged);
    }
  });

  it('are in a multivariant playlist where the flow does not say them, and nothing is guessed', async () => {
    const file = join(work.folder, 'both.mp4');
    await ffmpeg(
      ...PICTURE,
      ...SOUND,
      '-c:v',
      'libx264',
      '-profile:v',
      'main',
      '-level',
      '3',
      '-c:a',
      'aac',
      ...FRAGMENTED,
      file,
    );
    const id = testId('flow', 1);
    const source = testId('source', 1);
    const flow = multiFlow({ id, source_id: source }, { container: 'video/mp4', status: 'closed_complete' });
    expect((await work.tams.request('PUT', `/flows/${id}`, flow)).status).toBe(201);
    const playlist = async (of: string): Promise<string> =>
      (await fetch(`${work.server.baseUrl}/playback/sources/${of}.m3u8`)).text();
    expect(await playlist(source)).not.toContain('CODECS');
    const { body } = await work.tams.allocate(id, { limit: 1 });
    for (const object of body.media_objects) {
      await work.tams.upload(object, new Uint8Array(await readFile(file)));
      await work.tams.postSegments(id, { object_id: object.object_id, timerange: '[0:0_1:0)' });
    }
    expect(await playlist(source)).toContain('CODECS="avc1.4d401e,mp4a.40.2"');
    const [unknown, other] = [testId('flow', 2), testId('source', 2)];
    const hevc = videoFlow({ id: unknown, source_id: other }, { codec: 'video/h265' });
    expect((await work.tams.request('PUT', `/flows/${unknown}`, hevc)).status).toBe(201);
    expect(await playlist(other)).toMatch(/#EXT-X-STREAM-INF:BANDWIDTH=/);
    expect(await playlist(other)).not.toContain('CODECS');
  });
});
