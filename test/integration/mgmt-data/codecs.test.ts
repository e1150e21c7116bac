import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameHashes, hasFfmpeg, makeMedia } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

const PRORES = ['-c:v', 'prores_ks', '-profile:v', '1', '-c:a', 'pcm_s24le'];
const FLAC = ['-c:v', 'mpeg4', '-g', '10', '-c:a', 'flac'];

describe.skipIf(!hasFfmpeg)('codecs in and out (skipped: there is no ffmpeg)', { timeout: 120_000 }, () => {
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
      video: { codec: 'video/mp4v-es', container: 'video/mp4', depth: 8 },
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
});
