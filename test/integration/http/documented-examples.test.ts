import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathOf, SURFACES } from '../../../src/tams/versions/surfaces.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/* What "Try it out" at /docs sends: the examples of the OpenAPI document, as they stand in it. */

interface Operation {
  servers?: { url: string }[];
  parameters?: { in: string; name: string; example?: string }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
}

describe.each(SURFACES)('the examples of the document of $version', (surface) => {
  const documentPath = `${pathOf(surface)}/openapi.json`;
  let server: TestServer;
  let paths: Record<string, Record<string, Operation>>;
  beforeAll(async () => {
    server = await startTestServer();
    const { json } = await call(server.baseUrl, 'GET', documentPath);
    ({ paths } = json as { paths: typeof paths });
  });
  afterAll(() => server.close());

  async function tryOut(method: string, path: string) {
    const operation = paths[path]?.[method.toLowerCase()];
    const filled = path.replace(/\{(.+?)\}/g, (_all, name: string) => {
      const { example } = operation?.parameters?.find((one) => one.in === 'path' && one.name === name) ?? {};
      return encodeURIComponent(example ?? '');
    });
    const base = new URL(operation?.servers?.[0]?.url ?? `${pathOf(surface)}/`, server.baseUrl).href.replace(/\/$/, '');
    return call(base, method, filled, { json: operation?.requestBody?.content['application/json']?.example });
  }

  it('offers no way to sign in where nobody does', async () => {
    const { json } = await call(server.baseUrl, 'GET', documentPath);
    expect(json).not.toHaveProperty('components.securitySchemes');
  });

  it.each([
    ['PUT', '/flows/{flowId}', 201],
    ['POST', '/flows/{flowId}/storage', 201],
    ['POST', '/flows/{flowId}/segments', 201],
    ['GET', '/flows/{flowId}/segments', 200],
    ['GET', '/flows/{flowId}/tags/{name}', 200],
    ['GET', '/sources/{sourceId}', 200],
    ['GET', '/objects/{objectId}', 200],
    ['POST', '/service', 200],
    ['POST', '/service/webhooks', 201],
    ['POST', '/search/assets', 200],
    ['POST', '/search', 200],
    ['POST', '/events/s3', 200],
  ])('work one after the other: %s %s', async (method, path, status) => {
    const answer = await tryOut(method, path);
    expect(answer.status, answer.text).toBe(status);
  });
});
