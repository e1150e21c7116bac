import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf, IngestFolder } from '../../../mgmt/ingest/ingest-folder.ts';
import { makePlan } from '../../../mgmt/ingest/make-plan.ts';
import { transfer } from '../../../mgmt/ingest/transfer.ts';
import { checkFile } from '../../../mgmt/outgest/check.ts';
import { outgest } from '../../../mgmt/outgest/outgest.ts';
import { SILENT } from '../../../mgmt/progress.ts';
import { TamsClient as MgmtClient } from '../../../mgmt/tams-client/tams-client.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { frameHashes, hasFfmpeg, makeClip, soundHash } from './support/media.ts';
import { runMgmt, startMgmt } from './support/run-mgmt.ts';

const SECONDS = 6;
const FRAMES = 180;
const SEGMENT_NS = 1_000_000_000n;

interface Flow {
  readonly id: string;
  readonly format: string;
  readonly container?: string;
  readonly essence_parameters: Readonly<Record<string, unknown>>;
  readonly flow_collection?: readonly { readonly id: string }[];
}

describe.skipIf(!hasFfmpeg)('media in and out (skipped: there is no ffmpeg)', () => {
  let folder: string;
  let clip: string;
  let server: TestServer;
  let tams: TamsClient;
  let client: MgmtClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tams-ingest-'));
    clip = join(folder, 'clip.mp4');
    server = await startTestServer({ env: { TABLE_ENGINE: 'sqlite' } });
    tams = new TamsClient(server.baseUrl);
    client = new MgmtClient(server.baseUrl, { scheme: 'none' });
    await makeClip(clip, SECONDS);
  });

  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  let states = 0;

  /** Ingests within this process, as the command does. @returns the flow that stands for the whole. */
  async function ingest(inputs: readonly string[], { ready = false, startNs = undefined as bigint | undefined } = {}) {
    const state = new IngestFolder(join(folder, `state-${states++}`));
    const settings = { segmentNs: SEGMENT_NS, startNs };
    const plan = { fingerprint: '', ...(await makePlan(inputs, ready, await state.freshSegments(), settings)) };
    const result = await transfer(client, state, plan, 4, SILENT);
    await state.close();
    expect(result.present).toBe(0);
    return plan.mainFlowId;
  }

  async function flow(id: string): Promise<Flow> {
    return (await tams.request<Flow>('GET', `/flows/${id}`)).body;
  }

  async function out(flowId: string, name: string, timerange = '_') {
    const file = join(folder, name);
    const { tracks } = await outgest(client, { flowId, timerange, out: file, parallel: 3 }, SILENT);
    expect(await checkFile(file, tracks)).toEqual([]);
    return { file, tracks };
  }

  /** Each segment begins where the one before ends. */
  async function expectNoGaps(flowId: string): Promise<void> {
    const ranges = (await tams.listSegments(flowId)).map(({ timerange }) => TimeRange.parse(timerange));
    ranges.slice(1).forEach((range, index) => expect(range.startNs).toBe(ranges[index]?.endNs));
  }

  test('a file becomes flows with what is in it, and comes out as it went in', async () => {
    const multi = await flow(await ingest([clip]));
    expect(multi.format).toBe('urn:x-nmos:format:multi');
    const [video, audio] = await Promise.all((multi.flow_collection ?? []).map(({ id }) => flow(id)));
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
    await expectNoGaps(video.id);
    await expectNoGaps(audio.id);
    const segments = await tams.listSegments(video.id);
    expect(segments).toHaveLength(6);
    const counts = segments.map((segment) => (segment as { sample_count?: number }).sample_count ?? 0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(FRAMES);
    // 30 frames of 1001/30000 s, to the nanosecond, after the two that B-frames are reordered by.
    const [first, second] = segments.map(({ timerange }) => TimeRange.parse(timerange));
    expect((second?.startNs ?? 0n) - (first?.startNs ?? 0n)).toBe(1_001_000_000n);

    const pictures = await frameHashes(clip, 'v');
    expect(pictures).toHaveLength(FRAMES);
    const both = await out(multi.id, 'both.mp4');
    expect(await frameHashes(both.file, 'v')).toEqual(pictures);
    expect(await soundHash(both.file)).toEqual(await soundHash(clip));
    const appended = await out(video.id, 'video.ts');
    expect(await frameHashes(appended.file, 'v')).toEqual(pictures);
    const part = await out(video.id, 'part.mp4', '[2:500000000_3:500000000)');
    expect(await frameHashes(part.file, 'v')).toEqual(pictures.slice(60, 120));
    expect(part.tracks[0]?.segments).toBe(2);
    await expect(out(video.id, 'part.mp4')).rejects.toThrow('is there already');
  });

  test('a gap stays a gap, is told, and what lies after it stays at its time', async () => {
    const multi = await flow(await ingest([clip], { startNs: 100_000_000_000n }));
    const [video] = multi.flow_collection ?? [];
    if (video === undefined) throw new Error('There is no flow.');
    const range = (await tams.listSegments(video.id))[2]?.timerange ?? '';
    await tams.request('DELETE', `/flows/${video.id}/segments?timerange=${encodeURIComponent(range)}`);
    const { file, tracks } = await out(video.id, 'gap.mp4');
    expect(tracks[0]?.gaps.map(String)).toEqual([range]);
    const pictures = await frameHashes(clip, 'v');
    expect(await frameHashes(file, 'v')).toEqual([...pictures.slice(0, 60), ...pictures.slice(90)]);
    await expect(ingest([clip], { startNs: 0n })).rejects.toThrow('--start');
  });

  test.each(['mpegts', 'fmp4'])('an HLS playlist of %s, over HTTP', async (type) => {
    const playlist = join(folder, `${type}.m3u8`);
    const options = ['-hls_time', '1', '-hls_list_size', '0', '-hls_playlist_type', 'vod', '-hls_segment_type', type];
    const init = ['-hls_fmp4_init_filename', `${type}-init.mp4`];
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-i', clip, '-c', 'copy', ...options, ...init, playlist]);
    const files = createServer((request, response) => {
      createReadStream(join(folder, basename(request.url ?? ''))).pipe(response);
    }).listen(0, '127.0.0.1');
    await once(files, 'listening');
    const { port } = files.address() as AddressInfo;
    try {
      const multi = await flow(await ingest([`http://127.0.0.1:${port}/${type}.m3u8`]));
      expect(multi.container).toBe(type === 'fmp4' ? 'video/mp4' : 'video/mp2t');
      expect(multi.flow_collection).toHaveLength(2);
      expect(await tams.listSegments(multi.id)).toHaveLength(6);
      await expectNoGaps(multi.id);
      const { file } = await out(multi.id, `${type}-out.mp4`);
      expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
      expect(await soundHash(file)).toEqual(await soundHash(clip));
    } finally {
      files.close();
    }
  });

  test('playlists that are encrypted or live are refused', async () => {
    const head = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n';
    const encrypted = join(folder, 'encrypted.m3u8');
    await writeFile(encrypted, `${head}#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n`);
    await expect(ingest([encrypted])).rejects.toThrow('encrypted');
    const live = join(folder, 'live.m3u8');
    await writeFile(live, `${head}#EXTINF:1,\na.ts\n`);
    await expect(ingest([live])).rejects.toThrow('live');
  });

  test('ready segments whose times begin anew each are put one after the other', async () => {
    const segments = Array.from({ length: 6 }, (_, index) => resolve(`demo/clip/audio-${index}.aac`));
    const id = await ingest(segments, { ready: true });
    expect(await flow(id)).toMatchObject({ codec: 'audio/aac', container: 'audio/aac' });
    const ranges = (await tams.listSegments(id)).map(({ timerange }) => timerange);
    expect(ranges.slice(0, 3)).toEqual(['[0:0_1:24000000)', '[1:24000000_2:48000000)', '[2:48000000_3:72000000)']);
    await out(id, 'sound.aac');
  });

  test('killed again and again, it goes on where it was, and nothing is there twice', async () => {
    const state = join(folder, 'killed');
    const args = ['ingest', clip, '--segment-duration', '100ms', '--parallel', '1', '--state', state];
    const env = { TAMS_URL: server.baseUrl };
    const fresh = await tams.request<Flow[]>('GET', '/flows?limit=1000');
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
    const flows = (await tams.request<Flow[]>('GET', '/flows?limit=1000')).body.filter(({ id }) => !known.has(id));
    expect(flows.map(({ format }) => format.split(':').at(-1)).sort()).toEqual(['audio', 'multi', 'video']);
    const video = flows.find(({ format }) => format.endsWith('video'));
    const multi = flows.find(({ format }) => format.endsWith('multi'));
    const segments = await tams.listSegments(video?.id ?? '');
    expect(segments).toHaveLength(12);
    expect(new Set(segments.map(({ object_id: id }) => id)).size).toBe(12);
    const { file } = await out(multi?.id ?? '', 'killed.mp4');
    expect(await frameHashes(file, 'v')).toEqual(await frameHashes(clip, 'v'));
    expect(await readdir(state)).not.toContain('segments');
    // What it was is remembered, and something else under the same name is refused.
    await expect(new IngestFolder(state).plan('that of something else')).rejects.toThrow('of another ingest');
  }, 120_000);

  async function segmentsOfNew(known: ReadonlySet<string>): Promise<number> {
    const { body: flows } = await tams.request<Flow[]>('GET', '/flows?limit=1000');
    let count = 0;
    for (const { id } of flows) if (!known.has(id)) count += (await tams.listSegments(id)).length;
    return count;
  }

  test('without ffmpeg it says what is missing', async () => {
    const { code, stderr } = await runMgmt(['ingest', clip, '--state', join(folder, 'none')], { PATH: '/nowhere' });
    expect(code).toBe(1);
    expect(stderr).toContain('is not installed');
  });

  test('another file of the same name has another fingerprint', async () => {
    const file = join(folder, 'changing');
    await writeFile(file, 'one');
    const before = await fingerprintOf([file], []);
    await writeFile(file, 'longer');
    expect(await fingerprintOf([file], [])).not.toBe(before);
  });
});
