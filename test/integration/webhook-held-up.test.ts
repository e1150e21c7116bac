import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { REACH_RECEIVERS, WebhookReceiver } from '../support/webhook-receiver.ts';
import { startTestServer } from '../support/test-server.ts';
import { Api, firstOf, second, until } from './behaviour/support/api.ts';

/** Each segment is so large that one request of them is told in a dozen parts, and a few requests fill a queue. */
const SEGMENTS = 1_000;
const LABEL_LENGTH = 1_100;
/** What is kept for one webhook is 8 Mi characters, and at most a page of 64 events more. */
const REQUESTS = 12;

interface ShownWebhook {
  readonly url: string;
  readonly status?: string;
  readonly error?: { readonly type: string; readonly summary: string };
}

async function startReceiver(): Promise<WebhookReceiver> {
  const receiver = await WebhookReceiver.start();
  onTestFinished(() => receiver.close());
  return receiver;
}

/** The timeranges that a receiver was told of, in the order in which it was: all, or those of one flow. */
const told = ({ taken }: WebhookReceiver, flowId?: string): string[] =>
  taken
    .map(({ body }) => body.event as { flow_id: string; segments: { timerange: string }[] })
    .filter(({ flow_id }) => flowId === undefined || flow_id === flowId)
    .flatMap(({ segments }) => segments.map(({ timerange }) => timerange));

const seconds = (count: number): string[] => Array.from({ length: count }, (_, n) => second(n));

it('a webhook for which too much waits is shown as held up, and the parts of bulks reach the others by their filters', async () => {
  const server = await startTestServer({
    env: { LOG_LEVEL: 'fatal', WEBHOOK_TIMEOUT_MS: '60000', ...REACH_RECEIVERS },
  });
  onTestFinished(() => server.close());
  const api = new Api(server.baseUrl);
  const sourceId = randomUUID();
  const [large, small] = [await api.newFlow(), await api.newFlow({ source_id: sourceId })];
  const [ofLarge, ofSource, ofBoth, all] = [
    await startReceiver(),
    await startReceiver(),
    await startReceiver(),
    await startReceiver(),
  ];
  const register = (receiver: WebhookReceiver, filters: object = {}) =>
    api.must('POST', '/service/webhooks', { url: receiver.url, events: ['flows/segments_added'], ...filters });
  await register(ofLarge, { flow_ids: [large] });
  await register(ofSource, { source_ids: [sourceId] });
  await register(ofBoth, { flow_ids: [large], source_ids: [sourceId] });
  await register(all);
  // Its first attempt fails when everything is there.
  const posted = Promise.withResolvers<undefined>();
  all.answer = () => posted.promise.then(() => 503);

  const add = async (flowId: string, from: number): Promise<void> => {
    const segments = Array.from({ length: SEGMENTS }, (_, n) => ({
      object_id: `${flowId} ${from + n}`,
      timerange: second(from + n),
      get_urls: [{ url: 'https://media.example/', label: 'x'.repeat(LABEL_LENGTH) }],
    }));
    const { status, text } = await api.postSegments(flowId, segments);
    expect(status, text).toBe(201);
  };
  for (let request = 0; request < REQUESTS; request += 1) await add(large, request * SEGMENTS);
  await add(small, 0);
  posted.resolve(undefined);

  const everything = seconds(REQUESTS * SEGMENTS);
  await expect.poll(() => told(ofLarge).length).toBe(everything.length);
  expect(ofLarge.taken.length).toBeGreaterThan(REQUESTS * 10);
  expect(told(ofLarge)).toEqual(everything);
  await expect.poll(() => told(ofSource)).toEqual(seconds(SEGMENTS));
  expect(ofSource.taken.length).toBeGreaterThan(10);
  expect(ofSource.taken.map(({ body }) => body.event['flow_id'])).toEqual(ofSource.taken.map(() => small));
  expect(ofBoth.arrived).toEqual([]);

  const shownOf = async (receiver: WebhookReceiver): Promise<ShownWebhook> =>
    firstOf((await api.get<ShownWebhook[]>('/service/webhooks')).filter(({ url }) => url === receiver.url));
  const { status, error } = await until(async () => {
    const webhook = await shownOf(all);
    return webhook.error === undefined ? undefined : webhook;
  });
  expect([status, error]).toMatchObject(['error', { type: 'webhook_held_up' }]);
  expect(error?.summary).toMatch(/takes none of it: it answered with status 503$/);
  for (const receiver of [ofLarge, ofSource, ofBoth]) expect(await shownOf(receiver)).not.toHaveProperty('status');

  // It goes on where it was, without a loss, and is shown as well again.
  all.answer = () => 204;
  await register(all);
  await expect.poll(() => told(all).length).toBe(everything.length + SEGMENTS);
  expect([told(all, large), told(all, small)]).toEqual([everything, seconds(SEGMENTS)]);
  expect(await shownOf(all)).not.toHaveProperty('status');
});
