import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, dataFlow, multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const get = (path: string) => fetch(server.baseUrl + path, { redirect: 'manual' });

const must = async (method: string, path: string, json?: unknown) => {
  const answer = await call(server.baseUrl, method, path, json === undefined ? {} : { json });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer.json;
};

/** Segments whose bytes lie elsewhere. */
async function flowWith(number: number, segments: readonly object[], more: object = {}): Promise<string> {
  const id = testId('flow', number);
  const ids = { id, source_id: testId('source', number) };
  await must('PUT', `/v8.2/flows/${id}`, videoFlow(ids, { status: 'closed_complete', ...more }));
  const bodies = segments.map((segment, index) => ({
    object_id: `${id}-${index}`,
    get_urls: [{ url: `https://elsewhere.example/${index}.ts`, label: 'elsewhere' }],
    ...segment,
  }));
  if (bodies.length > 0) await must('POST', `/flows/${id}/segments`, bodies);
  return id;
}

describe('a playlist of a flow', () => {
  it('has a line for each segment, with discontinuities where the clock of the media jumps', async () => {
    const id = await flowWith(1, [
      { timerange: '[0:0_2:0)' },
      { timerange: '[2:0_4:333333333)' },
      { timerange: '[4:333333333_6:0)', ts_offset: '1:0' },
      { timerange: '[10:0_12:0)', ts_offset: '1:0' },
    ]);
    const answer = await get(`/playback/flows/${id}.m3u8`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/vnd.apple.mpegurl']);
    expect((await answer.text()).split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:3',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXTINF:2.000000,',
      `${id}/0_2000000000.ts`,
      '#EXTINF:2.333333,',
      `${id}/2000000000_4333333333.ts`,
      '#EXT-X-DISCONTINUITY',
      '#EXTINF:1.666667,',
      `${id}/4333333333_6000000000.ts`,
      '#EXT-X-DISCONTINUITY',
      '#EXTINF:2.000000,',
      `${id}/10000000000_12000000000.ts`,
      '#EXT-X-ENDLIST',
      '',
    ]);
    const cut = await (await get(`/playback/flows/${id}.m3u8?timerange=[3:0_6:0)`)).text();
    expect(cut.match(/^f1.*$/gm)).toEqual([`${id}/2000000000_4333333333.ts`, `${id}/4333333333_6000000000.ts`]);
  });

  it('has no discontinuity where unknown properties of a segment have parts that are named like the offset', async () => {
    const named = { ts_offset: '5:0', object_id: 'other' };
    const id = await flowWith(40, [
      { timerange: '[0:0_2:0)' },
      { 7: named, timerange: '[2:0_4:0)' },
      { clip: named, timerange: '[4:0_6:0)' },
      { clip: named, timerange: '[6:0_8:0)' },
    ]);
    expect(await (await get(`/playback/flows/${id}.m3u8`)).text()).not.toContain('#EXT-X-DISCONTINUITY');
  });

  it('leads to URLs elsewhere as a header can carry them, whatever characters clients gave them', async () => {
    const id = await flowWith(90, []);
    const urls = [
      'https://elsewhere.example/日本.ts',
      'https://elsewhere.example/a\r\nX-Other: b',
      ' https://x.example/"\u0000',
    ];
    for (const [n, url] of urls.entries()) {
      const get_urls = [{ url, label: 'elsewhere' }];
      await must('POST', `/flows/${id}/segments`, {
        object_id: `odd ${n}`,
        timerange: `[${n}:0_${n + 1}:0)`,
        get_urls,
      });
      const line = await get(`/playback/flows/${id}/${n}000000000_${n + 1}000000000.ts`);
      expect([line.status, line.headers.get('location')]).toEqual([302, new URL(url).href]);
      expect(line.headers.get('x-other')).toBeNull();
    }
  });

  it('leads to the bytes, for as long as they are on the timeline', async () => {
    const id = await flowWith(2, [{ timerange: '[0:0_1:0)' }]);
    const client = new TamsClient(server.baseUrl);
    const { body } = await client.allocate(id, { limit: 1 });
    const bytes = await readFile('demo/clip/video-0.mpegts');
    for (const object of body.media_objects) {
      await client.upload(object, new Uint8Array(bytes));
      await client.postSegments(id, { object_id: object.object_id, timerange: '[-1:0_0:0)' });
    }
    const own = await fetch(`${server.baseUrl}/playback/flows/${id}/-1000000000_0.ts`);
    expect(Buffer.from(await own.arrayBuffer()).equals(bytes)).toBe(true);
    const other = await get(`/playback/flows/${id}/0_1000000000.ts`);
    expect([other.status, other.headers.get('location')]).toEqual([302, 'https://elsewhere.example/0.ts']);
    await must('DELETE', `/flows/${id}/segments?timerange=[0:0_1:0)`);
    for (const line of ['0_1000000000.ts', '-1000000000_1.ts', '0.ts', '1_0.ts', '0_99999999999999999999.ts']) {
      expect((await get(`/playback/flows/${id}/${line}`)).status, line).toBe(404);
    }
  });

  it('is there although a file of it is empty, or was never uploaded', async () => {
    const client = new TamsClient(server.baseUrl);
    const flows = [
      dataFlow(
        { id: testId('flow', 31), source_id: testId('source', 31) },
        { codec: 'text/vtt', container: 'text/vtt' },
      ),
      audioFlow({ id: testId('flow', 32), source_id: testId('source', 32) }, { container: 'audio/mp4' }),
      audioFlow({ id: testId('flow', 33), source_id: testId('source', 33) }, { container: 'audio/mp4' }),
    ];
    for (const flow of flows) {
      const { id } = flow;
      await must('PUT', `/flows/${id}`, flow);
      const { body } = await client.allocate(id, { limit: 1 });
      for (const object of body.media_objects) {
        if (id !== testId('flow', 33)) await client.upload(object, new Uint8Array());
        await client.postSegments(id, { object_id: object.object_id, timerange: '[0:0_1:0)' });
      }
      const playlist = await get(`/playback/flows/${id}.m3u8?window=all`);
      expect(playlist.status).toBe(200);
      const line = /^[^#].*$/m.exec(await playlist.text())?.[0] ?? '';
      expect((await get(`/playback/flows/${line}`)).status, line).toBe(302);
    }
  });

  it('begins anew around objects that are used in part, and not where they are gone', async () => {
    const whole = await flowWith(6, [{ timerange: '[0:0_10:0)' }]);
    const cut = await flowWith(7, [{ timerange: '[0:0_2:0)' }, { timerange: '[2:0_4:0)' }]);
    const breaksOf = async () =>
      (await (await get(`/playback/flows/${cut}.m3u8`)).text()).match(/DISCONTINUITY$/gm)?.length ?? 0;
    expect(await breaksOf()).toBe(0);
    const part = { object_id: `${whole}-0`, timerange: '[4:0_6:0)' };
    await must('POST', `/flows/${cut}/segments`, [part, { ...part, timerange: '[6:0_8:0)' }]);
    expect(await breaksOf()).toBe(2);
    await must('DELETE', `/flows/${cut}/segments?timerange=[4:0_8:0)`);
    expect(await breaksOf()).toBe(0);
    await must('POST', `/flows/${cut}/segments`, [part]);
    expect(await breaksOf()).toBe(1);
  });

  it('is revalidated by the version of its segments', async () => {
    const id = await flowWith(3, [{ timerange: '[0:0_1:0)' }]);
    const tag = (await get(`/playback/flows/${id}.m3u8`)).headers.get('etag') ?? '';
    const again = () => fetch(`${server.baseUrl}/playback/flows/${id}.m3u8`, { headers: { 'if-none-match': tag } });
    expect((await again()).status).toBe(304);
    await must('DELETE', `/flows/${id}/segments?timerange=_`);
    expect((await again()).status).toBe(200);
  });

  it('tells wall clock where the timeline is TAI', async () => {
    const id = await flowWith(4, [{ timerange: '[1700000037:0_1700000039:0)' }]);
    const text = await (await get(`/playback/flows/${id}.m3u8`)).text();
    expect(text).toContain('#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:20.000Z');
  });

  it('is not there for what HLS does not carry', async () => {
    const id = await flowWith(5, [], { container: 'application/mxf' });
    const { status, text } = await call(server.baseUrl, 'GET', `/playback/flows/${id}.m3u8`);
    expect([status, text]).toEqual([
      404,
      expect.stringContaining('has segments of application/mxf: HLS carries MPEG-TS'),
    ]);
  });
});

describe('a playlist of a source', () => {
  it('has its pictures as variants, and sound and words as renditions', async () => {
    const [multi, video, audio, words] = [10, 11, 12, 13].map((number) => testId('flow', number)) as [
      string,
      string,
      string,
      string,
    ];
    const source = testId('source', 10);
    const own = (id: string, number: number) => ({ id, source_id: testId('source', number) });
    const avc = { frame_width: 1280, frame_height: 720, frame_rate: { numerator: 30000, denominator: 1001 } };
    const picture = { ...avc, avc_parameters: { profile: 100, level: 31, flags: 0 } };
    const rates = { max_bit_rate: 2000, avg_bit_rate: 1500 };
    await must('PUT', `/flows/${video}`, videoFlow(own(video, 11), { essence_parameters: picture, ...rates }));
    const sound = { sample_rate: 48_000, channels: 2, codec_parameters: { mp4_oti: 2 } };
    const spoken = { label: 'Le "son"', tags: { language_code: 'fra' }, max_bit_rate: 128, container: 'audio/aac' };
    await must('PUT', `/flows/${audio}`, audioFlow(own(audio, 12), { essence_parameters: sound, ...spoken }));
    await must('PUT', `/flows/${words}`, dataFlow(own(words, 13), { codec: 'text/vtt', container: 'text/vtt' }));
    const members = [
      { id: video, role: 'v' },
      { id: audio, role: 'a' },
      { id: words, role: 'words' },
    ];
    const collector = multiFlow({ id: multi, source_id: source }, { container: undefined, flow_collection: members });
    await must('PUT', `/flows/${multi}`, collector);
    const lines = (await (await get(`/playback/sources/${source}.m3u8?timerange=[0:0_1:0)`)).text()).split('\n');
    const query = `?timerange=%5B0%3A0_1%3A0%29&of=sources%2F${source}`;
    expect(lines).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Le 'son'",LANGUAGE="fra",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="../flows/${audio}.m3u8${query}"`,
      `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="words",DEFAULT=NO,AUTOSELECT=YES,URI="../flows/${words}.m3u8${query}"`,
      '#EXT-X-STREAM-INF:BANDWIDTH=2128000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio",SUBTITLES="text"',
      `../flows/${video}.m3u8${query}`,
      '',
    ]);
    const ofFlow = await (await get(`/playback/flows/${multi}.m3u8`)).text();
    expect(ofFlow.trimEnd().split('\n').at(-1)).toBe(`${video}.m3u8?of=flows%2F${multi}`);
    expect((await get(`/playback/sources/${testId('source', 999)}.m3u8`)).status).toBe(404);
    const { text } = await call(server.baseUrl, 'GET', `/playback/sources/${testId('source', 5)}.m3u8`);
    expect(text).toContain('has nothing that HLS carries: its segments are of application/mxf');
  });
});

it('gives a flow to editors as a timeline of OpenTimelineIO, with its gaps', async () => {
  const start = 1_723_124_086_620_000_001n;
  const at = (ns: bigint): string => `${(start + ns) / 1_000_000_000n}:${(start + ns) % 1_000_000_000n}`;
  const id = await flowWith(
    20,
    [
      { timerange: `[${at(0n)}_${at(1_000n)})` },
      { timerange: `[${at(1_000n)}_${at(2_000n)})` },
      { timerange: `[${at(5_000n)}_${at(9_000n)})` },
    ],
    { label: 'Camera one' },
  );
  const answer = await get(`/playback/flows/${id}.otio?timerange=[${at(500n)}_`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'application/vnd.otio+json; charset=utf-8',
  ]);
  const text = await answer.text();
  // More digits than a JavaScript number has.
  expect(text).toContain('"value":1723124086620000501}');
  const { tracks } = JSON.parse(text) as {
    tracks: { children: { kind: string; children: Record<string, object>[] }[] };
  };
  const [track] = tracks.children;
  expect([track?.kind, track?.children.map(({ OTIO_SCHEMA: schema }) => schema)]).toEqual([
    'Video',
    ['Clip.2', 'Gap.1', 'Clip.2'],
  ]);
  const reference = {
    OTIO_SCHEMA: 'ExternalReference.1',
    target_url: `tams://${server.baseUrl.slice('http://'.length)}/flows/${id}`,
    metadata: { 'bbc.github.io/tams': { source_id: testId('source', 20), flow_id: id } },
  };
  expect(track?.children[0]).toMatchObject({ name: 'Camera one', media_references: { DEFAULT_MEDIA: reference } });
  expect((await get(`/playback/flows/${testId('flow', 999)}.otio`)).status).toBe(404);
});
