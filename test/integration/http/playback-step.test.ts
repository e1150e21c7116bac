import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { loadPresentation, readLines } from '../../support/hls-presentation.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const must = async (method: string, path: string, json?: unknown) => {
  const answer = await call(server.baseUrl, method, path, json === undefined ? {} : { json });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer;
};

/** A start, an end, and the offset of the media's clock, in seconds. */
type Piece = readonly [from: number, to: number, offset?: number];

const at = (seconds: number): string => `${Math.floor(seconds)}:${Math.round((seconds % 1) * 1e9)}`;

const add = (id: string, pieces: readonly Piece[]) =>
  must(
    'POST',
    `/flows/${id}/segments`,
    pieces.map(([from, to, offset = 0]) => ({
      object_id: `${id}-${from}`,
      timerange: `[${at(from)}_${at(to)})`,
      ts_offset: at(offset),
      get_urls: [{ url: 'https://elsewhere.example/', label: 'elsewhere' }],
    })),
  );

/** A source with pictures and sound; returns the ids of both. */
async function presentation(number: number, video: readonly Piece[], audio: readonly Piece[], container = 'audio/aac') {
  const [multi, v, a] = [0, 1, 2].map((each) => testId('flow', number + each)) as [string, string, string];
  const of = (id: string, each: number) => ({ id, source_id: testId('source', number + each) });
  const status = 'closed_complete';
  await must('PUT', `/v8.2/flows/${v}`, videoFlow(of(v, 1), { status }));
  await must('PUT', `/v8.2/flows/${a}`, audioFlow(of(a, 2), { status, container }));
  const flow_collection = [
    { id: v, role: 'video' },
    { id: a, role: 'audio' },
  ];
  await must('PUT', `/flows/${multi}`, multiFlow(of(multi, 0), { container: undefined, flow_collection }));
  await add(v, video);
  await add(a, audio);
  return { multi, v, a, url: `${server.baseUrl}/playback/sources/${testId('source', number)}.m3u8` };
}

/** Start, length, whether it is a gap, and the discontinuities before, of the lines of the flow. */
async function shown(url: string, flowId: string) {
  for (const [each, text] of await loadPresentation(url)) {
    if (!each.includes(`/flows/${flowId}.m3u8`)) continue;
    return readLines(text).map(({ atS, seconds, isGap, breaks }) => [
      Number(atS.toFixed(6)),
      seconds,
      ...(isGap ? ['gap'] : []),
      ...(breaks > 0 ? [breaks] : []),
    ]);
  }
  throw new Error(`${flowId} is no rendition of it`);
}

describe('renditions of one presentation', () => {
  it('have gaps for what only one lacks, and leave out what all lack', async () => {
    const { v, a, url, multi } = await presentation(
      100,
      [
        [0, 2],
        [2, 4],
        [4, 6],
        [6, 8],
        [20, 22],
      ],
      [
        [0.01, 2],
        [2, 3.99],
        [6.02, 8],
        [20, 21.98],
      ],
    );
    expect(await shown(url, v)).toEqual([
      [0, 2],
      [2, 2],
      [4, 2],
      [6, 2],
      [8, 2, 1],
    ]);
    // The sound has a gap where the pictures have none, and small differences move nothing.
    expect(await shown(url, a)).toEqual([
      [0, 1.99],
      [1.99, 1.99],
      [3.98, 2, 'gap'],
      [5.98, 0.03, 'gap'],
      [6.01, 1.98],
      [7.99, 1.98, 1],
    ]);
    expect((await loadPresentation(`${server.baseUrl}/playback/flows/${multi}.m3u8`)).size).toBe(2);
    const cut = await shown(`${url}?timerange=[2:0_7:0)`, a);
    expect(cut.map(([, , kind]) => kind === 'gap')).toEqual([false, true, true, false]);
    // By itself, a flow leaves its gaps out.
    const { text } = await must('GET', `/playback/flows/${a}.m3u8`);
    expect(text).not.toContain('EXT-X-GAP');
    // What was added is there, although the flow itself has not changed.
    const variant = `/playback/flows/${v}.m3u8?of=sources/${testId('source', 100)}`;
    const tag = (await call(server.baseUrl, 'GET', variant)).headers.get('etag');
    await add(a, [[30, 32]]);
    const after = await call(server.baseUrl, 'GET', variant);
    expect(after.headers.get('etag')).not.toBe(tag);
    expect(readLines(after.text).at(-1)).toMatchObject({ isGap: true, seconds: 2, breaks: 2 });
  });

  it('begin anew together where the clock of one of them jumps', async () => {
    const { v, a, url } = await presentation(
      110,
      [
        [0, 2],
        [2, 4, 100],
        [4, 6, 100],
        [6, 8, 200],
      ],
      [
        [0, 2.5],
        [2.5, 5.99],
        [5.99, 8, 100],
      ],
    );
    expect(await shown(url, v)).toEqual([
      [0, 2],
      [2, 2, 1],
      [4, 2, 1],
      [6, 2, 2],
    ]);
    expect((await shown(url, a)).map(([, , breaks = 0]) => breaks)).toEqual([0, 1, 2]);
    // A window has no room for gaps: it is numbered by the segments.
    const { text } = await must('GET', `/playback/flows/${a}.m3u8?window=2&of=sources/${testId('source', 110)}`);
    expect(readLines(text).map(({ seconds, isGap }) => [seconds, isGap])).toEqual([[2.01, false]]);
  });

  it('count as many discontinuities where one line reaches over several of another', async () => {
    const { v, a, url } = await presentation(
      120,
      [
        [0, 2],
        [2, 4, 100],
        [4, 6, 200],
        [6, 10, 300],
        [10, 12, 300],
      ],
      [
        [0, 9],
        [9, 11],
        [11, 12],
      ],
      'audio/mp4',
    );
    expect((await shown(url, v)).map(([, , breaks = 0]) => breaks)).toEqual([0, 1, 2, 3, 3]);
    expect((await shown(url, a)).map(([, , breaks = 0]) => breaks)).toEqual([0, 3, 3]);
    // Others' discontinuities are no reason to look for another initialisation.
    const sound = [...(await loadPresentation(url))].find(([each]) => each.includes(`/flows/${a}.m3u8`));
    expect(sound?.[1].match(/EXT-X-MAP/g)).toHaveLength(1);
  });
});
