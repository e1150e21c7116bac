import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IngestFolder } from '../../../mgmt/ingest/ingest-folder.ts';
import { makePlan } from '../../../mgmt/ingest/make-plan.ts';
import { ffmpeg, frameHashes, hasFfmpeg, makeMedia } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

// A time code becomes a track of the file.
const PRORES = ['-c:v', 'prores_ks', '-profile:v', '1', '-c:a', 'pcm_s24le', '-timecode', '10:00:00:00'];
const FLAC = ['-c:v', 'mpeg4', '-g', '10', '-c:a', 'flac'];

describe.skipIf(!hasFfmpeg)('codecs in and out (skipped: there is no ffmpeg)', () => {
  let work: Workspace;

  beforeAll(async () => {
    work = await Workspace.open();
  });

  afterAll(() => work.close());

  test.each([
    {
      name: 'prores.mov',
      encoders: PRORES,
      video: { codec: 'video/x-prores', container: 'video/quicktime', depth: 10 },
      audio: { codec: 'audio/x-raw-int', container: 'video/quicktime', depth: 24 },
    },
    {
      name: 'flac.mkv',
      encoders: FLAC,
      video: { codec: 'video/mp4v-es', container: 'video/mp2t', depth: 8 },
      audio: { codec: 'audio/flac', container: 'video/mp4', depth: 16 },
    },
  ])('$name', async ({ name, encoders, video, audio }) => {
    const clip = join(work.folder, name);
    await makeMedia(clip, 2, encoders);
    const id = await work.ingest([clip]);
    const members = await work.members(id);
    expect(
      members.map(({ codec, container, essence_parameters: parameters }) => ({
        codec,
        container,
        depth: parameters['bit_depth'],
      })),
    ).toEqual([video, audio]);
    for (const member of members) await work.rangesWithoutGaps(member.id);
    const { file } = await work.out(id, `out-${name}`);
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
    expect(await frameHashes(file, 'a')).toEqual(await frameHashes(clip, 'a'));
  });

  test('pictures of open groups, in a folder with a percent sign: each segment can be decoded by itself', async () => {
    const clip = join(work.folder, 'open 100%d.mp4');
    const x264 = 'open-gop=1:bframes=2:b-adapt=0:keyint=15:min-keyint=15:scenecut=0';
    await makeMedia(clip, 4, ['-c:v', 'libx264', '-preset', 'veryfast', '-x264-params', x264, '-an']);
    const state = new IngestFolder(join(work.folder, '100%d'));
    const folder = await state.freshSegments();
    await makePlan([clip], false, folder, { segmentNs: 1_000_000_000n });
    const names = (await readdir(folder)).sort();
    const pictures = await Promise.all(names.map((name) => frameHashes(join(folder, name), 'v')));
    // Of 28, 30, 30 and 32: two that are shown before an open group's key frame need the group before.
    expect(pictures.map(({ length }) => length)).toEqual([28, 28, 28, 30]);

    const id = await work.ingest([clip]);
    const ranges = await work.rangesWithoutGaps(id);
    const { file } = await work.out(id, 'open.mp4');
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
    const part = await work.out(id, 'open-part.mp4', ranges[2]?.toString());
    expect(await frameHashes(part.file, 'v')).toHaveLength(28);
  });

  test('what has no time, or hides some of it, is told', async () => {
    const clip = join(work.folder, 'short.mp4');
    // One group of pictures: it becomes one segment.
    await makeMedia(clip, 1, ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '0', '-an']);
    expect(await work.rangesWithoutGaps(await work.ingest([clip]))).toHaveLength(1);

    const [trimmed, raw, picture] = ['trimmed.mp4', 'raw.h264', 'picture.jpg'].map((name) => join(work.folder, name));
    if (trimmed === undefined || raw === undefined || picture === undefined) throw new Error('There are three names.');
    await ffmpeg('-ss', '0.5', '-i', clip, '-c', 'copy', trimmed);
    const { notes } = await makePlan([trimmed], false, await new IngestFolder(`${trimmed}.state`).freshSegments(), {
      segmentNs: 1_000_000_000n,
    });
    expect(notes).toEqual([expect.stringMatching(/^15 pictures of video-0 .* hides/)]);
    await ffmpeg('-i', clip, '-c', 'copy', raw);
    await expect(work.ingest([raw])).rejects.toThrow('nothing says when the frames');
    await ffmpeg('-i', clip, '-frames:v', '1', picture);
    await expect(work.ingest([picture])).rejects.toThrow('is one picture');
  });
});
