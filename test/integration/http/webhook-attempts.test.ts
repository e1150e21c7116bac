import { expect, it, onTestFinished } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer } from '../../support/test-server.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';

it('keeps the last attempts of a webhook, and nothing of what was sent', async () => {
  const receiver = await WebhookReceiver.start();
  const server = await startTestServer({ env: REACH_RECEIVERS });
  onTestFinished(async () => {
    await server.close();
    await receiver.close();
  });
  const send = (method: string, path: string, json?: unknown) => call(server.baseUrl, method, path, { json });
  let refusals = 1;
  receiver.answer = () => (refusals-- > 0 ? 503 : 204);
  const key = { api_key_name: 'x-key', api_key_value: 'hush' };
  const registration = { url: `${receiver.url}?secret=word`, events: ['flows/created', 'flows/updated'], ...key };
  const { id } = (await send('POST', '/v8.2/service/webhooks', registration)).json as { id: string };
  const attempts = () => send('GET', `/internal/webhooks/${id}/attempts`);
  expect((await attempts()).json).toEqual([]);
  const ids = { id: testId('flow', 1), source_id: testId('source', 1) };
  await send('PUT', `/flows/${ids.id}`, videoFlow(ids, { description: 'of the flow' }));
  await expect.poll(async () => (await attempts()).json).toHaveLength(2);
  const { json, text } = await attempts();
  const common = {
    event_id: receiver.taken[0]?.body.event_id,
    event_type: 'flows/created',
    time: expect.stringMatching(/^\d{4}-/) as unknown,
    duration_ms: expect.any(Number) as unknown,
  };
  expect(json).toEqual([
    { ...common, status: 204 },
    { ...common, status: 503, error: 'it answered with status 503' },
  ]);
  expect(text).not.toMatch(/hush|word|of the flow/);

  for (let count = 0; count < 25; count++) await send('PUT', `/flows/${ids.id}/label`, `label ${count}`);
  await receiver.events(26);
  await expect.poll(async () => (await attempts()).text).not.toContain('"status":503');
  expect((await attempts()).json).toHaveLength(20);
  expect((await send('GET', `/internal/webhooks/${testId('flow', 2)}/attempts`)).status).toBe(404);
});
