import { afterAll, beforeAll, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const put = (tags: object) => {
  const id = testId('flow', 1);
  return call(server.baseUrl, 'PUT', `/flows/${id}`, {
    json: { ...videoFlow({ id, source_id: testId('source', 1) }), tags },
  });
};

it.each(['a\nb', 'a\u2028b', '\n', ''])('a tag named %j is held to be a text, as any other', async (name) => {
  expect((await put({ [name]: 5 })).status).toBe(400);
  expect((await put({ [name]: 'x' })).status).toBeLessThan(300);
  const { json } = await call(server.baseUrl, 'GET', `/flows/${testId('flow', 1)}`);
  expect(json).toMatchObject({ tags: { [name]: 'x' } });
});
