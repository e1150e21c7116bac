import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, dataFlow, multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { withHlsPage } from '../../support/hls-player.ts';
import { loadPresentation, readLines } from '../../support/hls-presentation.ts';
import { ffmpeg, hasFfmpeg, makeClip } from './support/media.ts';
import { Workspace } from './support/workspace.ts';

const run = promisify(execFile);
const SECONDS = 8;
/** Of the recording: later than the times of the media. */
const START = 1000;

const [MULTI, VIDEO, AUDIO, WORDS] = [1, 2, 3, 4].map((number) => testId('flow', number)) as [
  string,
  string,
  string,
  string,
];

describe.skipIf(!hasFfmpeg)('packed audio and WebVTT (skipped: there is no ffmpeg)', () => {
  let work: Workspace;
  let base: string;
  beforeAll(async () => {
    work = await Workspace.open('8.2');
    base = work.server.baseUrl;
    const at = (name: string): string => join(work.folder, name);
    await makeClip(at('clip.mp4'), SECONDS);
    const cut = ['-f', 'segment', '-segment_time', '2', '-segment_list', at('list.csv')];
    const picture = [
      '-an',
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-bf',
      '0',
      '-g',
      '60',
      '-sc_threshold',
      '0',
      '-r',
      '30',
    ];
    await ffmpeg('-i', at('clip.mp4'), ...picture, ...cut, '-segment_format', 'mpegts', at('v-%d.ts'));
    await ffmpeg('-i', at('clip.mp4'), '-vn', '-c:a', 'copy', ...cut, '-segment_format', 'adts', at('a-%d.aac'));
    const own = (id: string, number: number) => ({ id, source_id: testId('source', number) });
    const closed = { status: 'closed_complete' };
    const must = async (method: string, path: string, json: unknown): Promise<void> => {
      expect((await work.tams.request(method, path, json)).status, path).toBeLessThan(300);
    };
    await must('PUT', `/flows/${VIDEO}`, videoFlow(own(VIDEO, 2), closed));
    await must('PUT', `/flows/${AUDIO}`, audioFlow(own(AUDIO, 3), { ...closed, container: 'audio/aac' }));
    const text = { ...closed, codec: 'text/vtt', container: 'text/vtt', tags: { language_code: 'eng' } };
    await must('PUT', `/flows/${WORDS}`, dataFlow(own(WORDS, 4), text));
    const flow_collection = [VIDEO, AUDIO, WORDS].map((id, index) => ({
      id,
      role: ['video', 'audio', 'words'][index],
    }));
    await must(
      'PUT',
      `/flows/${MULTI}`,
      multiFlow(own(MULTI, 1), { ...closed, container: undefined, flow_collection }),
    );
    const names = await readdir(work.folder);
    const count = names.filter((name) => /^v-\d+\.ts$/.test(name)).length;
    expect(count).toBe(SECONDS / 2);
    for (let index = 0; index < count; index++) {
      const range = `[${START + 2 * index}:0_${START + 2 * index + 2}:0)`;
      // The muxer of MPEG-TS begins at 1.4 s.
      const video = await readFile(at(`v-${index}.ts`));
      await put(VIDEO, video, range, `${START - 2}:600000000`);
      await put(AUDIO, await readFile(at(`a-${index}.aac`)), range, `${START}:0`);
      // Times of texts begin at zero.
      const cue = `WEBVTT\n\n00:00:0${2 * index}.500 --> 00:00:0${2 * index + 1}.500\nwords ${index}\n`;
      await put(WORDS, Buffer.from(cue), range, `${START}:0`);
    }
  });
  afterAll(() => work.close());

  async function put(flow: string, bytes: Buffer, timerange: string, offset: string): Promise<void> {
    const { body } = await work.tams.allocate(flow, { limit: 1 });
    for (const object of body.media_objects) {
      await work.tams.upload(object, new Uint8Array(bytes));
      const segment = { object_id: object.object_id, timerange, ts_offset: offset };
      expect((await work.tams.postSegments(flow, segment)).status).toBe(201);
    }
  }

  it('are renditions that keep in step, and texts say which time of the pictures theirs is', async () => {
    const texts = await loadPresentation(`${base}/playback/sources/${testId('source', 1)}.m3u8`);
    const [url, text] = [...texts].find(([each]) => each.includes(WORDS)) ?? ['', ''];
    const line = readLines(text)[1];
    expect(line?.uri).toMatch(/\.vtt\?of=sources\//);
    const vtt = await fetch(new URL(line?.uri ?? '', url));
    expect(vtt.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
    // 1.4 s of 90 kHz.
    expect(await vtt.text()).toMatch(/^WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\n00:00:02.500/);
    // By themselves, their times are those of the timeline.
    const alone = await fetch(`${base}/playback/flows/${WORDS}/${START}000000000_${START + 2}000000000.vtt`);
    expect(await alone.text()).toContain(`MPEGTS:${START * 90_000},`);
  });

  it('are read by ffmpeg', async () => {
    const entries = ['-count_packets', '-show_entries', 'stream=codec_name,nb_read_packets'];
    const read = async (flow: string): Promise<string> =>
      (await run('ffprobe', ['-v', 'error', ...entries, '-of', 'csv=p=0', `${base}/playback/flows/${flow}.m3u8`]))
        .stdout;
    expect(await read(VIDEO)).toMatch(/^h264,240\b/);
    expect(await read(AUDIO)).toMatch(/^aac,3\d\d\b/);
    expect(await read(WORDS)).toMatch(/^webvtt,4\b/);
  });

  it('are played and shown by hls.js', async () => {
    await withHlsPage(base, async (page) => {
      await page.evaluate(`
        window.failed = []; window.shown = {}; window.heard = 0;
        const video = document.querySelector('video');
        const hls = new Hls({ subtitlePreference: { lang: 'eng' } });
        hls.on(Hls.Events.ERROR, (_, { fatal, details, error }) => fatal && failed.push(details + ' ' + error));
        hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => { if (frag.type === 'audio') heard++; });
        hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.subtitleTrack = 0; hls.subtitleDisplay = true; video.play(); });
        hls.loadSource(${JSON.stringify(`${base}/playback/sources/${testId('source', 1)}.m3u8`)});
        hls.attachMedia(video);
        setInterval(() => { for (const track of video.textTracks) for (const cue of track.activeCues ?? [])
          shown[cue.text] ??= video.currentTime; }, 20);
      `);
      interface State {
        readonly at: number;
        readonly heard: number;
        readonly shown: Record<string, number>;
        readonly failed: string[];
      }
      const state = '({ at: document.querySelector("video").currentTime, heard, shown, failed })';
      const read = () => page.evaluate<State>(state);
      await expect.poll(async () => (await read()).at, { timeout: 90_000 }).toBeGreaterThan(SECONDS - 1);
      const { heard, shown, failed } = await read();
      expect(failed).toEqual([]);
      expect(heard).toBeGreaterThanOrEqual(SECONDS / 2);
      for (let index = 0; index < SECONDS / 2; index++) {
        const at = shown[`words ${index}`] ?? -1;
        expect(Math.abs(at - (2 * index + 1)), `words ${index} at ${at}`).toBeLessThan(1);
      }
    });
  });
});
