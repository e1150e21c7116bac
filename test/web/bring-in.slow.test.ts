import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../web/src/api/errors.ts';
import type { paths } from '../../web/src/api/schema.d.ts';
import { beginJournal } from '../../web/src/bring-in/documents.ts';
import type { Journal } from '../../web/src/bring-in/journal.ts';
import { type MediaFile, openMediaFile } from '../../web/src/bring-in/media-file.ts';
import { Store } from '../../web/src/bring-in/store.ts';
import { doneOf, transfer } from '../../web/src/bring-in/transfer.ts';
import { ffmpeg, frameHashes, hasFfmpeg, makeClip, soundHash } from '../integration/mgmt-data/support/media.ts';
import { Workspace } from '../integration/mgmt-data/support/workspace.ts';

describe.skipIf(!hasFfmpeg)('bringing files in (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let store: Store;
  let clip: string;

  beforeAll(async () => {
    work = await Workspace.open('8.2');
    const fetchOrThrow = async (request: Request): Promise<Response> => {
      const response = await fetch(request);
      if (!response.ok) throw await ApiError.from(response);
      return response;
    };
    const { baseUrl } = work.server;
    store = new Store(createClient<paths>({ baseUrl, fetch: fetchOrThrow }), baseUrl);
    clip = join(work.folder, 'clip.mp4');
    await makeClip(clip, 14);
  });
  afterAll(() => work.close());

  const open = async (path: string): Promise<MediaFile> => {
    const [blob, { mtimeMs }] = [await openAsBlob(path), await stat(path)];
    return openMediaFile(Object.assign(blob, { name: basename(path), lastModified: mtimeMs }));
  };
  const hooks = { save: async () => undefined, onProgress: () => undefined };
  const never = new AbortController().signal;
  const bringIn = async (path: string): Promise<Journal> => {
    const media = await open(path);
    const journal = beginJournal(media, basename(path), work.server.baseUrl);
    await transfer(journal, media, store, hooks, never);
    expect(doneOf(journal, media)).toBeGreaterThan(0.99);
    media.dispose();
    return journal;
  };
  const wholeOf = ({ flows }: Journal): string => flows.at(-1)?.id ?? '';
  const segmentsOf = async (flowId: string) =>
    (
      await work.tams.request<{ object_id: string; timerange: string; sample_count: number }[]>(
        'GET',
        `/flows/${flowId}/segments?limit=1000`,
      )
    ).body;

  it('brings the frames in as they are, with the documents that mgmt ingest makes', async () => {
    const journal = await bringIn(clip);
    const { file } = await work.out(wholeOf(journal), 'clip-out.mp4');
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
    expect(await soundHash(file)).toBe(await soundHash(clip));
    const theirs = await work.flow(await work.ingest([clip], { speaks82: true }));
    const ours = await work.flow(wholeOf(journal));
    expect(ours.flow_collection?.map(({ role }) => role)).toEqual(theirs.flow_collection?.map(({ role }) => role));
    for (const [index, { id }] of (ours.flow_collection ?? []).entries()) {
      const [own, other] = [await work.flow(id), await work.flow(theirs.flow_collection?.[index]?.id ?? '')];
      const { init_segments: inits, ...essence } = own.essence_parameters;
      expect(inits).toBe(true);
      expect(other).toMatchObject({ format: own.format, codec: own.codec, essence_parameters: essence });
      expect(own).toMatchObject({ container: 'video/mp4', status: 'closed_complete' });
      expect(own.avg_bit_rate).toBeGreaterThan(0);
    }
  });

  it('keeps what was edited meanwhile, and says why it stops', async () => {
    const media = await open(clip);
    const journal = beginJournal(media, 'clip.mp4', work.server.baseUrl);
    const put = (path: string, body: unknown) => work.tams.request('PUT', `/flows/${wholeOf(journal)}/${path}`, body);
    let saves = 0;
    const save = async (): Promise<void> => {
      if (++saves !== 2) return;
      await put('tags/genre', 'news');
      await put('label', 'Edited');
    };
    await transfer(journal, media, store, { ...hooks, save }, never);
    expect(await work.flow(wholeOf(journal))).toMatchObject({
      ...{ label: 'Edited', tags: { genre: 'news' }, status: 'closed_complete' },
    });
    const other = beginJournal(media, 'clip.mp4', work.server.baseUrl);
    let fails = 0;
    const failing = async (): Promise<void> => {
      if (++fails > 2) throw new Error('the disk is full');
    };
    await expect(transfer(other, media, store, { ...hooks, save: failing }, never)).rejects.toThrow('the disk is full');
    media.dispose();
  });

  it.each([
    ['ts', 'mp4', 'adts', ['-c', 'copy']],
    [
      'webm',
      'mkv',
      'data',
      ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '30', '-c:a', 'libopus'],
    ],
    ['mov', 'mov', 'data', ['-c:v', 'copy', '-c:a', 'pcm_s16le']],
  ] as const)(
    '%s: the frames are the same, and each segment begins where the one before ends',
    async (ending, out, muxer, options) => {
      const path = join(work.folder, `other.${ending}`);
      await ffmpeg('-i', clip, ...options, path);
      const journal = await bringIn(path);
      for (const { flowId, name } of journal.tracks) {
        await work.rangesWithoutGaps(flowId);
        const stream = name.startsWith('video') ? 'v' : 'a';
        const { file } = await work.out(flowId, `${ending}-${name}.${out}`);
        if (stream === 'v') expect(await frameHashes(file, 'v')).toEqual(await frameHashes(path, 'v'));
        else expect(await soundHash(file, muxer)).toBe(await soundHash(path, muxer));
      }
    },
  );

  it('goes on after an end at any time, and registers nothing twice', async () => {
    const whole = await bringIn(clip);
    const media = await open(clip);
    let journal = beginJournal(media, 'clip.mp4', work.server.baseUrl);
    let kept = structuredClone(journal);
    for (let runs = 0; !kept.isDone; runs++) {
      expect(runs).toBeLessThan(40);
      const stop = new AbortController();
      let saves = 0;
      const save = async (): Promise<void> => {
        // The page is closed between two saves: what was in flight is answered, and nobody learns it.
        if (++saves > 4) stop.abort(new Error('closed'));
        else kept = structuredClone(journal);
      };
      const again = await open(clip);
      await transfer(journal, again, store, { ...hooks, save }, stop.signal).catch((error: unknown) => {
        expect(error).toMatchObject({ message: 'closed' });
      });
      again.dispose();
      journal = structuredClone(kept);
    }
    for (const [index, { flowId }] of kept.tracks.entries()) {
      const [ours, theirs] = [await segmentsOf(flowId), await segmentsOf(whole.tracks[index]?.flowId ?? '')];
      expect(ours.map(({ timerange }) => timerange)).toEqual(theirs.map(({ timerange }) => timerange));
    }
    const { file } = await work.out(wholeOf(kept), 'resumed.mp4');
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
  });

  it('goes on where the browser lost what it kept last, and registers nothing twice', async () => {
    const media = await open(clip);
    const journal = beginJournal(media, 'clip.mp4', work.server.baseUrl);
    let kept: Journal | undefined;
    const save = async (): Promise<void> => {
      kept ??= structuredClone(journal);
    };
    await transfer(journal, media, store, { ...hooks, save }, never);
    const rangesOf = async (flowId: string) => (await segmentsOf(flowId)).map(({ timerange }) => timerange);
    const before = await Promise.all(journal.tracks.map(({ flowId }) => rangesOf(flowId)));
    if (kept === undefined) throw new Error('no journal was kept');
    expect(kept).toMatchObject({ areFlowsMade: true, tracks: [{ uploaded: [] }, { uploaded: [] }] });
    await transfer(kept, media, store, hooks, never);
    media.dispose();
    expect(kept.isDone).toBe(true);
    expect(await Promise.all(journal.tracks.map(({ flowId }) => rangesOf(flowId)))).toEqual(before);
    const { file } = await work.out(wholeOf(kept), 'lost.mp4');
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
  });

  it('says by name which file cannot be brought in, before anything is sent', async () => {
    const { size } = await stat(clip);
    const cut = async (name: string, make: () => Promise<unknown>): Promise<string> => {
      await make();
      return ((await open(join(work.folder, name)).catch((error: unknown) => error as Error)) as Error).message;
    };
    const at = (name: string): string => join(work.folder, name);
    const shortened = async (name: string, of: string, bytes: number): Promise<void> => {
      await copyFile(of, at(name));
      await truncate(at(name), bytes);
    };
    await ffmpeg('-i', clip, '-c', 'copy', '-movflags', '+faststart', at('whole-fast.mp4'));
    await ffmpeg('-i', clip, '-c', 'copy', at('whole.mkv'));
    expect(await cut('cut.mp4', () => shortened('cut.mp4', clip, size / 2))).toMatch(/^cut\.mp4 names no tracks/);
    expect(await cut('fast.mp4', () => shortened('fast.mp4', at('whole-fast.mp4'), size / 2))).toMatch(
      /^fast\.mp4 is cut off/,
    );
    expect(await cut('cut.mkv', () => shortened('cut.mkv', at('whole.mkv'), size / 2))).toMatch(/^cut\.mkv is cut off/);
    expect(await cut('noise.mp4', () => writeFile(at('noise.mp4'), randomBytes(100_000)))).toMatch(
      /^noise\.mp4 is of a format/,
    );
    expect(await cut('old.avi', () => ffmpeg('-i', clip, '-t', '1', '-c:v', 'mpeg4', at('old.avi')))).toMatch(
      /^old\.avi is of/,
    );
    expect(await cut('empty.mp4', () => writeFile(at('empty.mp4'), ''))).toBe('empty.mp4 is empty.');
    // Boxes that tell sizes of their own.
    const hostile = await readFile(clip);
    for (let seed = 0; seed < 5; seed++) {
      const bytes = Buffer.from(hostile);
      for (let hit = 0; hit < 30; hit++)
        bytes[(seed * 7919 + hit * 104_729) % (hit % 2 ? bytes.length : 4096)] = seed * hit;
      const file = Object.assign(new Blob([bytes]), { name: `hostile-${seed}.mp4`, lastModified: 0 });
      const found = await openMediaFile(file).catch((error: unknown) => error);
      if (found instanceof Error) expect(found.message).toContain(`hostile-${seed}.mp4`);
      else (found as MediaFile).dispose();
    }
  });
});
