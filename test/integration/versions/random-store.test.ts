import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isThere } from '../../conformance/not-yet.ts';
import { VERSIONS, type Version } from '../../fixtures/tams/facts.ts';
import { call, type CallResult } from '../../support/http-client.ts';
import { ConformingApi } from '../../support/conforming-api.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { FLOWS, OBJECTS, PROFILES, type RandomRequest, randomRequest } from './support/random-requests.ts';

/** One in `npm test`, more in `slow`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1);

let server: TestServer;
let apis: Record<Version, ConformingApi>;
let answers = 0;
beforeAll(async () => {
  // Deletions of more than one segment go on after their request.
  server = await startTestServer({ env: { DELETE_SYNC_MAX: '1', LOG_LEVEL: 'error' } });
  const apiOf = (version: Version) => new ConformingApi(`${server.baseUrl}/v${version}`, version);
  apis = { '7.0': apiOf('7.0'), '8.2': apiOf('8.2') };
});
afterAll(() => server.close());

/** Sends a request, and holds the answer against its version; refusals are fine, failures are not. */
async function send({ version, method, path, params, json }: RandomRequest): Promise<CallResult> {
  const [template = '', query] = path.split('?', 2);
  const values = [...params];
  const url = template.replace(/\{[^}]+\}/g, () => encodeURIComponent(values.shift() ?? ''));
  const result = await call(apis[version].base, method, query === undefined ? url : `${url}?${query}`, { json });
  const operation = apis[version].spec.operation(method, template);
  expect(result.status, `${version} ${method} ${url}: ${result.text}`).toBeLessThan(500);
  if (version === '8.2' && !isThere(operation.id)) return result;
  // Errors that the definition does not declare have the one form all the same.
  const isDeclared = result.status < 400 || operation.responses[result.status] !== undefined;
  if (isDeclared) apis[version].check(method, template, result);
  answers += 1;
  return result;
}

async function readAll(version: Version): Promise<void> {
  const read = (path: string, ...params: string[]) => send({ version, method: 'GET', path, params });
  const ids = (result: CallResult): string[] =>
    result.status === 200 ? (result.json as { id: string }[]).map(({ id }) => id) : [];
  await read('/service');
  await read('/service/storage-backends');
  await read('/service/webhooks');
  for (const id of ids(await read('/flow-delete-requests'))) await read('/flow-delete-requests/{request-id}', id);
  for (const id of ids(await read('/sources?limit=100'))) {
    await read('/sources/{sourceId}', id);
    await read('/sources/{sourceId}/tags', id);
  }
  await read('/flows?limit=100&include_timerange=true');
  for (const id of FLOWS) {
    await read('/flows/{flowId}?include_timerange=true', id);
    for (const part of ['tags', 'flow_collection']) await read(`/flows/{flowId}/${part}`, id);
    await read('/flows/{flowId}/tags/{name}', id, 'site');
    const own = version === '8.2' ? '&include_object_timerange=true' : '';
    await read(`/flows/{flowId}/segments?verbose_storage=true${own}`, id);
  }
  for (const id of OBJECTS) await read('/objects/{objectId}', id);
  if (version === '7.0') return;
  await read('/service/profiles');
  for (const id of PROFILES) await read('/service/profiles/{profileId}', id);
}

it('a store that both versions write at random has only answers that are valid in their version', async () => {
  const property = fc.asyncProperty(fc.array(randomRequest, { minLength: 60, maxLength: 60 }), async (requests) => {
    for (const request of requests) await send(request);
    for (const version of VERSIONS) await readAll(version);
  });
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  console.info(`versions: ${answers} answers of a random store are valid`);
}, 600_000);
