import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, second, summaryOf, typeOf } from './support/api.ts';

let server: TestServer;
let api: Api;
let flowId: string;
let sourceId: string;
beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
  sourceId = randomUUID();
  flowId = await api.newFlow({ source_id: sourceId });
  await api.fill(flowId, 3);
});
afterAll(() => server.close());

const encode = encodeURIComponent;

/** Everything that the store shows, to be compared before and after. */
async function everything(): Promise<unknown> {
  const paths = ['/flows', '/sources', `/flows/${flowId}/segments?accept_get_urls=`, '/service', '/service/webhooks'];
  return Promise.all([...paths, '/flow-delete-requests'].map((path) => api.get(path)));
}

/** Runs requests that must all be refused with a 4xx, and that must change nothing. */
async function refused(requests: () => Promise<{ status: number; text: string }[]>): Promise<void> {
  const before = await everything();
  for (const { status, text } of await requests()) {
    expect(status, text).toBeGreaterThanOrEqual(400);
    expect(status, text).toBeLessThan(500);
    expect(JSON.parse(text)).toMatchObject({
      type: expect.any(String) as unknown,
      summary: expect.any(String) as unknown,
    });
  }
  expect(await everything()).toEqual(before);
}

const INJECTIONS = [
  "' OR '1'='1",
  "'; DROP TABLE flows; --",
  '" OR ""="',
  "') UNION SELECT * FROM flows --",
  '%',
  '_',
  '*',
  '\\',
  '\u0000',
  "x' AND 1=CAST((SELECT name FROM sqlite_master) AS int) --",
];

describe('SQL in a filter', () => {
  it.each(INJECTIONS)('%j finds nothing more than such a text, and changes nothing', async (text) => {
    const before = await everything();
    const value = encode(text);
    for (const path of [
      `/flows?label=${value}`,
      `/flows?tag.a=${value}`,
      `/flows?tag.${value}=a`,
      `/flows?tag_exists.${value}=true`,
      `/sources?label=${value}`,
      `/sources?tag.${value}=${value}`,
      `/flows/${flowId}/segments?object_id=${value}`,
    ]) {
      const result = await api.send('GET', path);
      expect([result.status, result.json], path).toEqual([200, []]);
    }
    for (const path of [
      `/flows?source_id=${value}`,
      `/flows?format=${value}`,
      `/flows?codec=${value}`,
      `/flows?frame_width=${value}`,
      `/flows?limit=${value}`,
      `/flows?page=${value}`,
      `/flows?tag_exists.a=${value}`,
      `/sources?format=${value}`,
      `/flows/${flowId}/segments?accept_storage_ids=${value}`,
      `/flows/${flowId}?include_timerange=${value}`,
    ]) {
      const result = await api.send('GET', path);
      expect(result.status, path).toBe(400);
      expect(summaryOf(result)).toContain(/\?([a-z_]+)/.exec(path)?.[1]);
    }
    expect((await api.send('DELETE', `/flows/${flowId}/segments?object_id=${value}`)).status).toBe(204);
    // Everything, which `_` means, is nothing that a test of such texts should delete.
    if (text === '_') return;
    for (const [method, path] of [
      ['GET', '/flows'],
      ['GET', `/flows/${flowId}/segments`],
      ['DELETE', `/flows/${flowId}/segments`],
    ] as const) {
      expect((await api.send(method, `${path}?timerange=${value}`)).status).toBe(400);
    }
    expect((await api.send('GET', `/objects/${value}`)).status).toBe(404);
    expect(await everything()).toEqual(before);
  });
});

const ODD_IDS = [
  'x',
  "' OR '1'='1",
  '../flows',
  '%2e%2e%2f',
  'nul\u0000l',
  'x'.repeat(2048),
  'ü'.repeat(700),
  '\ud83c\udfac',
  'F1000000-0000-4000-8000-000000000001',
  'f1000000-0000-4000-8000-00000000000',
  'f1000000-0000-4000-8000-000000000001\n',
  'f1000000-0000-9000-8000-000000000001',
];

describe('an odd id in a path', () => {
  it.each(ODD_IDS)('%j is a 404 everywhere, or an address that is too long', async (id) => {
    const part = encode(id);
    const flow = videoFlow({ id, source_id: randomUUID() });
    await refused(async () => {
      const results = [];
      for (const [method, path, json] of [
        ['GET', `/flows/${part}`],
        ['HEAD', `/flows/${part}`],
        ['DELETE', `/flows/${part}`],
        ['PUT', `/flows/${part}/label`, 'x'],
        ['PUT', `/flows/${part}/tags/x`, 'x'],
        ['GET', `/flows/${part}/segments`],
        ['POST', `/flows/${part}/segments`, []],
        ['DELETE', `/flows/${part}/segments`],
        ['POST', `/flows/${part}/storage`, {}],
        ['GET', `/sources/${part}`],
        ['PUT', `/sources/${part}/label`, 'x'],
        ['GET', `/flow-delete-requests/${part}`],
        ['GET', `/objects/${part}`],
      ] as const) {
        const result = await api.send(method, path, json);
        expect([404, 414], `${method} ${path.slice(0, 60)} ${result.text}`).toContain(result.status);
        if (method !== 'HEAD') results.push(result);
      }
      results.push(await api.send('PUT', `/flows/${part}`, flow), await api.send('PUT', `/flows/${flowId}`, flow));
      return results;
    });
  });

  it('that is not percent-encoded properly is a 400', async () => {
    for (const path of ['/flows/%', '/flows/%zz', '/objects/%ff', `/flows/${flowId}/tags/%c3%28`]) {
      const result = await api.send('GET', path);
      expect([400, 404], path).toContain(result.status);
      expect(typeOf(result)).toMatch(/^(invalid_request|not_found)$/);
    }
  });
});

describe('a body', () => {
  const targets: [string, string][] = [];
  beforeAll(() => {
    targets.push(
      ['PUT', `/flows/${flowId}`],
      ['PUT', `/flows/${flowId}/label`],
      ['PUT', `/flows/${flowId}/tags/a`],
      ['PUT', `/flows/${flowId}/flow_collection`],
      ['PUT', `/flows/${flowId}/max_bit_rate`],
      ['PUT', `/flows/${flowId}/read_only`],
      ['PUT', `/sources/${sourceId}/label`],
      ['POST', `/flows/${flowId}/segments`],
      ['POST', `/flows/${flowId}/storage`],
      ['POST', '/service'],
      ['POST', '/service/webhooks'],
    );
  });

  it.each(['{', '{"a":', '[1,', 'undefined', "{'a': 1}", '{"a":1}{"b":2}', '\u0000', 'NaN', '"unterminated'])(
    'that is no JSON (%j) is refused by every operation',
    async (body) => {
      await refused(() => Promise.all(targets.map(([method, path]) => call(api.baseUrl, method, path, { body }))));
    },
  );

  it('of a wrong type is refused by every operation', async () => {
    const wrong: Record<string, unknown[]> = {
      label: [null, 5, true, {}, []],
      'tags/a': [null, 5, IS_NEWER ? [5] : ['x'], {}],
      flow_collection: [
        null,
        'x',
        {},
        [5],
        [{ id: 5, role: 'x' }],
        ...(IS_NEWER ? [] : [[{ id: flowId }]]),
        [{ id: 'no id', role: 'x' }],
      ],
      max_bit_rate: [null, '5', -1, 1.5, 1e300, {}],
      read_only: [null, 'true', 0, {}],
      segments: [null, 'x', 5, [null], [[]], [{}], { object_id: 'x' }, { timerange: second(0) }, [5, {}]],
      storage: ['x', 5, [], { limit: '5' }, { limit: 1e20 }, { object_ids: [5] }, { object_ids: [null] }],
    };
    await refused(() =>
      Promise.all(
        Object.entries(wrong).flatMap(([property, values]) => {
          const method = property === 'segments' || property === 'storage' ? 'POST' : 'PUT';
          return values.map((value) => api.send(method, `/flows/${flowId}/${property}`, value));
        }),
      ),
    );
  });

  it('that nests a hundred thousand deep is refused', async () => {
    const depth = 100_000;
    const list = '['.repeat(depth) + ']'.repeat(depth);
    const object = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    await refused(() =>
      Promise.all(
        [list, object, `{"object_id":"x","timerange":"${second(0)}","extra":${list}}`].flatMap((body) =>
          targets.map(([method, path]) => call(api.baseUrl, method, path, { body })),
        ),
      ),
    );
  });

  it('of more than the limit is a 413 that leaves nothing behind, and the server goes on', async () => {
    const body = JSON.stringify({ object_id: 'x'.repeat(11 * 2 ** 20), timerange: second(0) });
    const before = await everything();
    const result = await call(api.baseUrl, 'POST', `/flows/${flowId}/segments`, { body });
    expect([result.status, typeOf(result)]).toEqual([413, 'payload_too_large']);
    expect(await everything()).toEqual(before);
  });

  it('of ten megabytes within the limit is read, and refused for what it says', async () => {
    const body = JSON.stringify({ object_id: 'x'.repeat(10_000_000), timerange: second(7) });
    await refused(async () => [await call(api.baseUrl, 'POST', `/flows/${flowId}/segments`, { body })]);
  });

  it('of ten thousand segments is refused, naming how many are allowed', async () => {
    const list = Array.from({ length: 10_000 }, (_, n) => ({ object_id: 'x', timerange: second(100 + n) }));
    const result = await api.postSegments(flowId, list);
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringMatching(/10000.*5000/)]);
    expect(await api.segments(flowId)).toHaveLength(3);
  });

  it('that breaks off leaves nothing behind', async () => {
    const before = await everything();
    const { hostname, port } = new URL(api.baseUrl);
    const socket = connect(Number(port), hostname);
    const head = `POST /flows/${flowId}/segments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
    socket.write(`${head}content-length: 1000\r\n\r\n[{"object_id":"x",`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect(await everything()).toEqual(before);
  });
});
