import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IngestFolder, stateFolderOf } from '../../../mgmt/ingest/ingest-folder.ts';
import { makePlan } from '../../../mgmt/ingest/make-plan.ts';
import { ffmpeg, hasFfmpeg, makeClip, makeMedia } from './support/media.ts';
import { type MgmtRun, runMgmt } from './support/run-mgmt.ts';
import { Workspace } from './support/workspace.ts';

describe.skipIf(!hasFfmpeg)('ingests that fail (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let clip: string;

  beforeAll(async () => {
    work = await Workspace.open();
    clip = join(work.folder, 'clip.mp4');
    await makeClip(clip, 2);
  });

  afterAll(() => work.close());

  const ingest = (...args: readonly string[]): Promise<MgmtRun> =>
    runMgmt(['ingest', ...args], { TAMS_URL: work.server.baseUrl });

  /** Such a file with a part of its bytes lost. */
  async function damaged(name: string, options: readonly string[], damage: (bytes: Buffer) => Buffer): Promise<string> {
    const whole = join(work.folder, `whole-${name}`);
    await ffmpeg('-i', clip, ...options, whole);
    const file = join(work.folder, name);
    await writeFile(file, damage(await readFile(whole)));
    return file;
  }

  const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length / 2);
  const zeroed = (bytes: Buffer): Buffer => bytes.fill(0, bytes.length / 2, bytes.length / 2 + 4000);

  test.each<[string, readonly string[], (bytes: Buffer) => Buffer]>([
    ['half.mp4', ['-c', 'copy', '-movflags', '+faststart'], half],
    ['headless.mp4', ['-c', 'copy'], half],
    ['zeroed.mp4', ['-c', 'copy', '-movflags', '+faststart'], zeroed],
    ['half.mkv', ['-c', 'copy'], half],
    ['zeroed.mkv', ['-c', 'copy'], zeroed],
    ['half.wav', ['-vn', '-c:a', 'pcm_s16le'], half],
    ['half.mxf', ['-c:v', 'mpeg2video', '-r', '25', '-an'], half],
  ])('%s is damaged: it says so, and nothing of it is left', async (name, options, damage) => {
    const { code, stderr } = await ingest(await damaged(name, options, damage));
    expect(stderr).toMatch(new RegExp(`${name} is damaged`));
    expect(code).toBe(2);
    expect(await readdir(work.folder)).not.toContain(`${name}.tams-ingest`);
  });

  test('packets that a transport stream lost on its way are told', async () => {
    const file = await damaged('lossy.ts', ['-c', 'copy'], (bytes) =>
      Buffer.concat([bytes.subarray(0, 188 * 100), bytes.subarray(188 * 110)]),
    );
    const folder = await new IngestFolder(join(work.folder, 'lossy')).freshSegments();
    const { notes } = await makePlan([file], false, folder, { segmentNs: 1_000_000_000n });
    expect(notes).toEqual([expect.stringMatching(/packets of .*lossy.ts lack bytes/)]);
  });

  test('pictures of which nothing says when they are shown are refused', async () => {
    const file = join(work.folder, 'untimed.avi');
    await ffmpeg('-i', clip, '-c', 'copy', '-an', file);
    await expect(work.ingest([file])).rejects.toThrow(/untimed.avi: nothing says when .* mkvmerge/);
  });

  test('what is no media is named, in words', async () => {
    const [text, empty, folder] = ['text.mp4', 'empty.mp4', 'folder.mp4'].map((name) => join(work.folder, name));
    if (text === undefined || empty === undefined || folder === undefined) throw new Error('There are three names.');
    await Promise.all([writeFile(text, 'no media'), writeFile(empty, ''), mkdir(folder)]);
    const playlist = join(work.folder, 'gone.m3u8');
    await writeFile(playlist, '#EXTM3U\n#EXTINF:1,\nnowhere.ts\n#EXT-X-ENDLIST\n');
    const cases: [string, string][] = [
      [text, 'text.mp4 is damaged, or no media'],
      [empty, 'empty.mp4 is empty'],
      [folder, 'folder.mp4 is a folder'],
      [join(work.folder, 'missing.mp4'), 'missing.mp4: there is no such file'],
      [playlist, 'nowhere.ts, which is not there'],
    ];
    for (const [file, message] of cases) {
      const { code, stderr } = await ingest(file);
      expect(stderr).toContain(message);
      expect(stderr).not.toMatch(/ENOENT|EISDIR|\n {4}at /);
      expect(code).toBe(2);
    }
    expect((await readdir(work.folder)).filter((name) => name.endsWith('.tams-ingest'))).toEqual([]);
  });

  test('two ingests of one file are not at work at once', async () => {
    const file = join(work.folder, 'locked.mp4');
    await copyFile(clip, file);
    const first = new IngestFolder(stateFolderOf(file));
    await first.lock();
    const refused = await ingest(file);
    expect(refused.stderr).toContain('Another ingest is at work in');
    expect(refused.code).toBe(2);
    await first.close();
    expect(await ingest(file)).toMatchObject({ code: 0 });
  });

  test('a folder with other files is not used to remember an ingest', async () => {
    const other = join(work.folder, 'other');
    await mkdir(join(other, 'segments'), { recursive: true });
    const { code, stderr } = await ingest(clip, '--state', other);
    expect(stderr).toContain('has other files in it');
    expect(code).toBe(2);
    expect(await readdir(other)).toEqual(['segments']);
  });

  test('one that cannot go on says what it keeps, and goes on from there', async () => {
    const file = join(work.folder, 'overlapping.mp4');
    await makeMedia(file, 2, ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '15', '-an']);
    const flowId = await work.ingest([file]);
    const args = [file, '--flow-id', flowId, '--segment-duration', '1s'];
    const refused = await ingest(...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(new RegExp(`refused \\d segments of the flow ${flowId}`));
    const state = stateFolderOf(file);
    expect(refused.stderr).toContain(`The same command goes on from here; ${state} remembers`);
    await work.tams.request('DELETE', `/flows/${flowId}/segments?timerange=_`);
    const finished = await ingest(...args);
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    expect(await work.tams.listSegments(flowId)).toHaveLength(2);
    expect(await readdir(state)).not.toContain('segments');
  });

  test('playlists of one name have a folder each', () => {
    const urls = ['https://a.example/1/vod.m3u8', 'https://a.example/2/vod.m3u8', 'https://a.example/1/vod.m3u8?v=2'];
    const folders = urls.map(stateFolderOf);
    expect(new Set(folders).size).toBe(3);
    for (const folder of folders) expect(basename(folder)).toMatch(/^vod\.m3u8-[0-9a-f]{12}\.tams-ingest$/);
    expect(stateFolderOf(urls[0] ?? '')).toBe(folders[0]);
  });
});
