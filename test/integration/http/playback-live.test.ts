import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { brokenRules } from '../../support/hls-rules.ts';
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

async function liveFlow(number: number, more: object = {}): Promise<string> {
  const id = testId('flow', number);
  const flow = videoFlow({ id, source_id: testId('source', number) }, { status: 'ingesting', ...more });
  await must('PUT', `/v8.2/flows/${id}`, flow);
  return id;
}

/** Segments of two seconds from this number on. */
const add = (id: string, from: number, count: number, offset = '0:0') =>
  must(
    'POST',
    `/flows/${id}/segments`,
    Array.from({ length: count }, (_, index) => ({
      object_id: `${id}-${from + index}`,
      timerange: `[${(from + index) * 2}:0_${(from + index + 1) * 2}:0)`,
      ts_offset: offset,
      get_urls: [{ url: 'https://elsewhere.example/', label: 'elsewhere' }],
    })),
  );

interface Shown {
  readonly text: string;
  /** The number of each line by its name. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The discontinuity sequence number of each line. */
  readonly breaks: ReadonlyMap<string, number>;
}

async function show(id: string, query: string): Promise<Shown> {
  const text = (await must('GET', `/playback/flows/${id}.m3u8?${query}`)).text;
  expect(brokenRules(text), text).toEqual([]);
  const valueOf = (tag: string): number => Number(new RegExp(`^#EXT-X-${tag}:(\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  let [number, seen] = [valueOf('MEDIA-SEQUENCE'), valueOf('DISCONTINUITY-SEQUENCE')];
  const [numbers, breaks] = [new Map<string, number>(), new Map<string, number>()];
  for (const line of text.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') seen++;
    if (line === '' || line.startsWith('#')) continue;
    numbers.set(line, number++);
    breaks.set(line, seen);
  }
  return { text, numbers, breaks };
}

/** Lines of both keep their numbers. */
function expectSame(before: Shown, after: Shown): void {
  for (const [line, number] of after.numbers) {
    if (!before.numbers.has(line)) continue;
    expect([number, after.breaks.get(line)], line).toEqual([before.numbers.get(line), before.breaks.get(line)]);
  }
  expect([...after.numbers.values()][0]).toBeGreaterThanOrEqual([...before.numbers.values()][0] ?? 0);
}

describe('a live flow', () => {
  it('is shown by its last minutes, and by all of it when it ends', async () => {
    const id = await liveFlow(1);
    await add(id, 0, 200);
    const answer = await fetch(`${server.baseUrl}/playback/flows/${id}.m3u8`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${id}.m3u8?window=300`]);
    const live = await fetch(`${server.baseUrl}/playback/flows/${id}.m3u8`);
    expect([live.headers.get('cache-control'), live.headers.get('etag')]).toEqual(['no-store', null]);
    const { text, numbers } = await show(id, 'window=300');
    expect(text).not.toMatch(/ENDLIST|PLAYLIST-TYPE/);
    expect(text).toContain('#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6.0');
    expect([...numbers.values()]).toEqual(Array.from({ length: 150 }, (_, index) => 50 + index));
    const all = await show(id, 'window=all');
    expect(all.text).toContain('#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-SERVER-CONTROL');
    expect(all.text).toContain('#EXT-X-START:TIME-OFFSET=-6.0');
    expect(all.numbers.size).toBe(200);
    const finished = videoFlow({ id, source_id: testId('source', 1) }, { status: 'closed_complete' });
    await must('PUT', `/v8.2/flows/${id}`, finished);
    const ended = await show(id, '');
    expect(ended.text).toMatch(/PLAYLIST-TYPE:VOD[^]*#EXT-X-ENDLIST\n$/);
    expect(ended.numbers.size).toBe(200);
    expectSame(all, ended);
    // Those that were there before keep their type.
    for (const query of ['window=all', 'timerange=[0:0_']) {
      expect((await show(id, query)).text, query).toMatch(/PLAYLIST-TYPE:EVENT[^]*#EXT-X-ENDLIST\n$/);
    }
    expectSame(
      { text, numbers, breaks: new Map([...numbers.keys()].map((line) => [line, 0])) },
      await show(id, 'window=300'),
    );
  });

  it('keeps the numbers of its lines while segments come, and go at the start', async () => {
    const id = await liveFlow(2);
    await add(id, 0, 10);
    let before = await show(id, 'window=40');
    for (let round = 1; round <= 6; round++) {
      // Another clock each second round, and a gap.
      await add(id, 10 * round + Math.floor(round / 3), 10 - Math.floor(round / 3), `${Math.floor(round / 2)}:0`);
      if (round > 2) await must('DELETE', `/flows/${id}/segments?timerange=[0:0_${(round - 2) * 20}:0)`);
      const after = await show(id, 'window=40');
      expectSame(before, after);
      before = after;
    }
    expect([...before.breaks.values()].at(-1)).toBeGreaterThan(3);
    const sequence = [...before.numbers.values()][0] ?? 0;
    // Edits make numbers jump, and never fall.
    await add(id, 21, 1);
    await must('DELETE', `/flows/${id}/segments?timerange=[128:0_132:0)`);
    const edited = await show(id, 'window=40');
    expect([...edited.numbers.values()][0]).toBeGreaterThanOrEqual(sequence);
    await must('DELETE', `/flows/${id}/segments?timerange=_`);
    expect((await show(id, 'window=40')).text).toContain('#EXT-X-MEDIA-SEQUENCE:');
    await add(id, 0, 3);
    expect([...(await show(id, 'window=40')).numbers.values()][0]).toBeGreaterThan(sequence);
  });

  it('keeps them while a playlist is made and segments come', async () => {
    const id = await liveFlow(4);
    await add(id, 0, 100);
    let from = 100;
    let before = await show(id, 'window=100');
    const registering = (async () => {
      for (; from < 160; from++) await add(id, from, 1);
    })();
    while (from < 160) {
      const after = await show(id, 'window=100');
      expectSame(before, after);
      before = after;
    }
    await registering;
  });

  it('keeps them in a playlist from a time on, when lines go at its start', async () => {
    const id = await liveFlow(5);
    await add(id, 0, 10);
    const before = await show(id, 'timerange=[4:0_');
    await must('DELETE', `/flows/${id}/segments?timerange=[0:0_12:0)`);
    const after = await show(id, 'timerange=[4:0_');
    expect(after.numbers.size).toBe(4);
    expectSame(before, after);
    // Nothing was ever before the first line of this one.
    const whole = await liveFlow(6);
    await add(whole, 0, 3);
    await add(whole, 1000, 1);
    await add(whole, 500, 1);
    expect((await show(whole, 'window=all')).text).not.toContain('DISCONTINUITY-SEQUENCE');
  });

  it('is no event where its oldest segments go', async () => {
    const loop = await liveFlow(7, { tags: { segment_retention_offset: '3600' } });
    await add(loop, 0, 3);
    const { text } = await show(loop, 'window=all');
    expect(text).not.toMatch(/PLAYLIST-TYPE|ENDLIST/);
    const id = await liveFlow(8);
    await add(id, 0, 3);
    const before = await show(id, 'window=all');
    expect(before.text).toContain('PLAYLIST-TYPE:EVENT');
    await must('DELETE', `/flows/${id}/segments?timerange=[0:0_2:0)`);
    const after = await show(id, 'window=all');
    expect(after.text).not.toContain('PLAYLIST-TYPE');
    expectSame(before, after);
  });

  it('lets a reload wait for the next line', async () => {
    const id = await liveFlow(3);
    await add(id, 0, 3);
    const waiting = [0, 1, 2].map(async () => {
      const { text } = await must('GET', `/playback/flows/${id}.m3u8?window=60&_HLS_msn=3`);
      return { text, at: performance.now() };
    });
    // They wait meanwhile; one that is late finds the line there.
    for (let time = 0; time < 3; time++) await show(id, 'window=60');
    const registering = performance.now();
    await add(id, 3, 1);
    const answers = await Promise.all(waiting);
    for (const { text } of answers) expect(text).toContain(`${id}/6000000000_8000000000.ts`);
    const lateMs = Math.max(...answers.map(({ at }) => at - registering));
    console.info(`waiting players had the line ${lateMs.toFixed(0)} ms after its registration was sent`);
    expect((await call(server.baseUrl, 'GET', `/playback/flows/${id}.m3u8?window=60&_HLS_msn=6`)).status).toBe(400);
    expect((await call(server.baseUrl, 'GET', `/playback/flows/${id}.m3u8?window=60&_HLS_part=1`)).status).toBe(400);
    // What is there already is answered at once, and so is what has ended.
    await must('GET', `/playback/flows/${id}.m3u8?window=60&_HLS_msn=2`);
    await must('GET', `/playback/flows/${id}.m3u8?timerange=[0:0_4:0)&_HLS_msn=9`);
  });

  it('is answered at once to those that wait when the server stops', async () => {
    const own = await startTestServer();
    const id = testId('flow', 1);
    const long = { status: 'ingesting', segment_duration: { numerator: 20 } };
    const json = videoFlow({ id, source_id: testId('source', 1) }, long);
    expect((await call(own.baseUrl, 'PUT', `/v8.2/flows/${id}`, { json })).status).toBe(201);
    const waiting = call(own.baseUrl, 'GET', `/playback/flows/${id}.m3u8?window=60&_HLS_msn=0`);
    const isWaiting = async (): Promise<boolean> =>
      (await call(own.baseUrl, 'GET', '/metrics')).text.includes('\ntams_playback_waiting_requests 1\n');
    await expect.poll(isWaiting).toBe(true);
    const stopping = performance.now();
    await own.close();
    expect((await waiting).status).toBe(200);
    // It would wait for twenty seconds.
    expect(performance.now() - stopping).toBeLessThan(12_000);
  });
});
