import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import { call, type CallOptions } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';

/** `%Y-%m-%dT%H:%M:%SZ`, which clients parse times with. */
const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const TIMES = ['created', 'updated', 'metadata_updated', 'segments_updated', 'expiry', 'time', 'event_timestamp'];

let server: TestServer;
let receiver: WebhookReceiver;
beforeAll(async () => {
  server = await startTestServer({ env: { ...REACH_RECEIVERS, DELETE_SYNC_MAX: '1' } });
  receiver = await WebhookReceiver.start();
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

const send = async (method: string, path: string, options?: CallOptions) =>
  (await call(server.baseUrl, method, path, options)).json;

/** All texts under these names, wherever they are. */
function timesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'string' && TIMES.includes(name) ? [each] : timesIn(each),
  );
}

const flow = videoFlow({ id: testId('flow', 1), source_id: testId('source', 1) });
const external = (second: number, more: object = {}) => ({
  object_id: `object-${second}`,
  timerange: `[${second}:0_${second + 1}:0)`,
  get_urls: [{ url: 'https://media.example/a.ts', label: 'x' }],
  ...more,
});

describe('times', () => {
  it('are whole seconds in every answer and every event', async () => {
    const events = ['flows/created', 'flows/updated', 'flows/segments_added', 'sources/created', 'flows/deleted'];
    await send('POST', '/service/webhooks', { json: { url: receiver.url, events } });
    const answers = [
      await send('PUT', `/flows/${flow.id}`, { json: flow }),
      await send('POST', `/flows/${flow.id}/segments`, { json: [0, 1, 2, 3].map((second) => external(second)) }),
      await send('POST', `/flows/${flow.id}/segments`, { json: [external(3)] }),
      await send('PUT', `/flows/${flow.id}/label`, { json: 'label' }),
      await send('PUT', `/sources/${flow.source_id}/label`, { json: 'label' }),
      await send('GET', `/flows/${flow.id}`),
      await send('GET', '/flows'),
      await send('GET', '/sources'),
      await send('GET', `/sources/${flow.source_id}`),
      await send('GET', '/flows/00000000-0000-4000-8000-000000000000'),
      await send('DELETE', `/flows/${flow.id}`),
      await send('GET', '/flow-delete-requests'),
    ];
    const counts = answers.map((answer) => timesIn(answer).length);
    expect(counts).toEqual([2, 0, 1, 0, 0, 3, 3, 2, 2, 1, expect.any(Number), expect.any(Number)]);
    const told = await receiver.events(5);
    expect(told.map((body) => timesIn(body).length)).not.toContain(0);
    expect([...answers, ...told].flatMap(timesIn).filter((time) => !WHOLE_SECONDS.test(time))).toEqual([]);
  });

  it('of a tag are left as they are', async () => {
    const time = '2026-01-02T03:04:05.678Z';
    const id = testId('flow', 2);
    const tags = { created: time, metadata_updated: time, note: `"created":"${time}"` };
    await send('PUT', `/flows/${id}`, { json: { ...flow, id, source_id: testId('source', 2), tags } });
    const shown = (await send('GET', `/flows/${id}`)) as { tags: object; created: string };
    expect(shown.tags).toEqual(tags);
    expect(shown.created).toMatch(WHOLE_SECONDS);
  });
});

describe('ts_offset', () => {
  it('is always shown', async () => {
    const id = testId('flow', 3);
    await send('PUT', `/flows/${id}`, { json: { ...flow, id, source_id: testId('source', 4) } });
    const given = { ts_offset: '-7:5', ...external(1) };
    const inText = external(2, { object_id: '"ts_offset":' });
    await send('POST', `/flows/${id}/segments`, { json: [external(0), given, inText] });
    const shown = (await send('GET', `/flows/${id}/segments`)) as { ts_offset: string }[];
    expect(shown.map((segment) => segment.ts_offset)).toEqual(['0:0', '-7:5', '0:0']);
  });
});
