import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import type { CallOptions } from '../../support/http-client.ts';
import { call } from '../../support/http-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { startTestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    env: { DELETE_SYNC_MAX: '5', AUTH_MODE: 'none', PUBLIC_URL: 'https://tams.example/base' },
  });
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);

/** A flow with 20 segments of external objects, one second each. */
async function filledFlow(n: number): Promise<string> {
  const id = testId('flow', n);
  await send('PUT', `/flows/${id}`, { json: videoFlow({ id, source_id: testId('source', n) }) });
  const json = Array.from({ length: 20 }, (_, at) => ({
    object_id: `external/${n}/${at}`,
    timerange: `[${at}:0_${at + 1}:0)`,
    get_urls: [{ url: `https://elsewhere.example/${n}/${at}`, label: 'x' }],
  }));
  const created = await send('POST', `/flows/${id}/segments`, { json });
  expect(created.status, created.text).toBe(201);
  return id;
}

/** The path, on this server, of what an accepted deletion is followed at. */
function followed(result: { status: number; headers: Headers; json: unknown }): string {
  expect(result.status).toBe(202);
  const location = result.headers.get('location') ?? '';
  const { id } = result.json as { id: string };
  expect(location).toBe(`https://tams.example/base/flow-delete-requests/${id}`);
  return `/flow-delete-requests/${id}`;
}

describe('a deletion of many segments', () => {
  it('is accepted, followed at its location, and done', async () => {
    const flow = await filledFlow(1);
    const accepted = await send('DELETE', `/flows/${flow}/segments?timerange=[0:0_10:0)`);
    const path = followed(accepted);
    expect(accepted.json).toMatchObject({
      flow_id: flow,
      timerange_to_delete: '[0:0_10:0)',
      delete_flow: false,
      created_by: 'anonymous',
    });
    await expect.poll(async () => (await send('GET', path)).json).toMatchObject({ status: 'done' });
    expect((await send('GET', path)).json).toMatchObject({
      timerange_remaining: '()',
      expiry: expect.any(String) as string,
    });
    expect((await send('HEAD', path)).status).toBe(200);
    expect((await send('GET', '/flow-delete-requests')).text).toContain(path.split('/').at(-1));
    expect((await send('GET', `/flows/${flow}/segments`)).json).toHaveLength(10);
  });

  it('with its flow hides the flow at once', async () => {
    const flow = await filledFlow(2);
    const path = followed(await send('DELETE', `/flows/${flow}`));
    expect((await send('GET', `/flows/${flow}`)).status).toBe(404);
    expect((await send('GET', `/flows?source_id=${testId('source', 2)}`)).json).toEqual([]);
    await expect.poll(async () => (await send('GET', path)).json).toMatchObject({ status: 'done', delete_flow: true });
    const again = { id: flow, source_id: testId('source', 2) };
    expect((await send('PUT', `/flows/${flow}`, { json: videoFlow(again) })).status).toBe(201);
    expect((await send('GET', `/flows/${flow}/segments`)).json).toEqual([]);
  });
});

describe('GET /flow-delete-requests/{request-id}', () => {
  it.each(['x', testId('flow', 77), '%2F', 'a'.repeat(500)])('finds nothing at %s', async (id) => {
    expect((await send('GET', `/flow-delete-requests/${id}`)).status).toBe(404);
    expect((await send('HEAD', `/flow-delete-requests/${id}`)).status).toBe(404);
  });
});
