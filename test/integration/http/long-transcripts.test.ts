import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSearchable } from '../../../src/features/search/rules/searchable-transcript.ts';
import { SearchApi } from '../../support/search/search-api.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { cpuMsSince } from '../../support/cpu-time.ts';

/* Transcripts that take long to read must not hold up other requests: each would be alone in its turn of the event loop. */

let server: TestServer;
let api: SearchApi;
beforeAll(async () => {
  server = await startTestServer({ inProcess: 'counts' });
  api = new SearchApi(server.baseUrl);
});
afterAll(() => server.close());

const ttml = (body: string): string => `<tt><body><div>${body}</div></body></tt>`;
const attributes = Array.from({ length: 300_000 }, (_, index) => ` a${index}="1"`).join('');
const TEXTS: [string, string, string, number, string][] = [
  ['a cue of 300,000 attributes', 'application/ttml+xml', ttml(`<p end="1s"${attributes}>word</p>`), 200, 'asset_id'],
  ['a million empty cues', 'application/ttml+xml', ttml('<p/>'.repeat(1_000_000)), 400, 'no words'],
  [
    'too many cues',
    'text/vtt',
    `WEBVTT\n\n${'00:00.000 --> 00:01.000\nx\n\n'.repeat(150_000)}`,
    400,
    '100000 are the most',
  ],
  ['too many lines', 'application/x-subrip', '00:00:00,000 --> 00:00:01,000\n'.repeat(150_000), 400, 'no words'],
  [
    'a million segments that are none',
    'application/json',
    `{"segments":[${'{},'.repeat(1_000_000)}{}]}`,
    400,
    'segment 0',
  ],
];

describe('a transcript', () => {
  it.each(TEXTS)('of %s is read beside other requests', async (name, type, text, status, said) => {
    const { id } = await api.asset(name);
    let isDone = false;
    const put = api.putText(`/search/assets/${id}/transcript`, type, text).finally(() => (isDone = true));
    let meanwhile = 0;
    while (!isDone) {
      expect((await api.send('GET', '/service')).status).toBe(200);
      meanwhile += 1;
    }
    const answer = await put;
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(said)]);
    expect(meanwhile).toBeGreaterThan(20);
  });

  it('of 100,000 cues is stored in short turns of the event loop', async () => {
    const segments = Array.from({ length: 100_000 }, (_, n) => ({
      start_ms: 300 * n,
      end_ms: 300 * n + 300,
      text: `the ${n}th of many words`,
    }));
    const text = JSON.stringify({ segments });
    const startedAt = process.threadCpuUsage();
    parseSearchable({ text, format: 'json' });
    const atOnce = cpuMsSince(startedAt);
    // Garbage is collected in some turn of some time; a long step of ours would be in each.
    let longest = Infinity;
    for (let time = 1; time <= 3 && longest >= atOnce / 3; time++) {
      const { id } = await api.asset(`100,000 cues, time ${time}`);
      const put = api.putText(`/search/assets/${id}/transcript`, 'application/json', text);
      longest = await longestTurnOf(put);
      expect((await put).status).toBe(200);
    }
    expect(longest).toBeLessThan(atOnce / 3);
  });
});

async function longestTurnOf(work: Promise<unknown>): Promise<number> {
  let longest = 0;
  let isDone = false;
  void work.finally(() => (isDone = true));
  while (!isDone) {
    const before = process.threadCpuUsage();
    await new Promise((resolve) => setImmediate(resolve));
    longest = Math.max(longest, cpuMsSince(before));
  }
  return longest;
}
