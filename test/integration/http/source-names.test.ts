import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const sourceOf = async (id: string) => (await call(server.baseUrl, 'GET', `/sources/${id}`)).json;
const put = async (path: string, json: unknown) => {
  expect((await call(server.baseUrl, 'PUT', path, { json })).status).toBeLessThan(300);
};

describe('a source that a flow makes', () => {
  const source = testId('source', 1);
  const first = videoFlow(
    { id: testId('flow', 1), source_id: source },
    { label: 'News at six', description: 'As broadcast' },
  );

  it('has the label and the description of its first flow', async () => {
    await put(`/flows/${first.id}`, first);
    expect(await sourceOf(source)).toMatchObject({ label: 'News at six', description: 'As broadcast' });
    const found = await call(server.baseUrl, 'GET', `/sources?label=${encodeURIComponent('News at six')}`);
    expect(found.json).toMatchObject([{ id: source }]);
  });

  it('keeps them when a later flow, or the first one later on, has others', async () => {
    const later = { ...first, id: testId('flow', 2), label: 'Proxy', description: 'Small' };
    await put(`/flows/${later.id}`, later);
    await put(`/flows/${first.id}`, { ...first, label: 'News at ten' });
    expect(await sourceOf(source)).toMatchObject({ label: 'News at six', description: 'As broadcast' });
  });

  it('keeps what was set by hand', async () => {
    await put(`/sources/${source}/label`, 'Late news');
    await put(`/flows/${first.id}`, { ...first, label: 'News at seven' });
    expect(await sourceOf(source)).toMatchObject({ label: 'Late news' });
  });

  it('has none where the flow has none', async () => {
    const unnamed = videoFlow({ id: testId('flow', 3), source_id: testId('source', 2) });
    await put(`/flows/${unnamed.id}`, unnamed);
    const made = await sourceOf(unnamed.source_id);
    expect(made).not.toHaveProperty('label');
    expect(made).not.toHaveProperty('description');
  });
});
