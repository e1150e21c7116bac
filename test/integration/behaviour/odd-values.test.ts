import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow, videoFlow } from '../../support/examples.ts';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, second, summaryOf } from './support/api.ts';

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

describe('texts that are no well-formed Unicode', () => {
  it.each(['\ud800', 'a\udfffb', '\ud800\ud801'])('%j breaks nothing', async (text) => {
    const id = await api.newFlow();
    const get_urls = [{ url: 'https://e.example/', label: 'x' }];
    for (const [method, path, json] of [
      ['POST', `/flows/${id}/segments`, { object_id: text, timerange: second(0), get_urls }],
      ['POST', `/flows/${id}/segments`, { object_id: text, timerange: second(1), get_urls }],
      ['POST', `/flows/${id}/segments`, { object_id: `${text}\ud801`, timerange: second(2), get_urls }],
      ['POST', `/flows/${id}/storage`, { object_ids: [text] }],
      ['POST', `/flows/${id}/storage`, { object_ids: [`${text}\ud800`, `${text}\ud801`] }],
      ['PUT', `/flows/${id}/label`, text],
      ['PUT', `/flows/${id}/tags/a`, text],
      [
        'PUT',
        `/flows/${id}`,
        videoFlow({ id, source_id: randomUUID() }, { tags: { [`${text}\ud801`]: '1', [`${text}\ud802`]: '2' } }),
      ],
      ['POST', '/service', { name: text }],
    ] as const) {
      const result = await api.send(method, path, json);
      expect(result.status, `${method} ${path} ${result.text}`).toBeLessThan(500);
    }
    expect((await api.send('GET', `/flows/${id}`)).status).toBe(200);
    for (const segment of await api.segments(id)) {
      await api.must('DELETE', `/flows/${id}/segments?timerange=${segment.timerange}`);
    }
    expect(await api.segments(id)).toEqual([]);
  });
});

/** 8.2 has essence parameters of multi flows, and no others. */
describe.skipIf(IS_NEWER)('properties that the definition does not have', () => {
  it.each([{ frame_width: 'wide' }, { frame_width: 1.5, frame_height: 1 }, 'text', null, []])(
    'are kept as they are, also under the name of those of other formats: %j',
    async (essence_parameters) => {
      const flow = multiFlow({ id: randomUUID(), source_id: randomUUID() }, { essence_parameters });
      await api.must('PUT', `/flows/${flow.id}`, flow);
      expect(await api.get(`/flows/${flow.id}`)).toMatchObject({ essence_parameters });
    },
  );
});

describe('numbers at their limits', () => {
  it('of a flow are kept exactly or refused', async () => {
    for (const [property, value] of [
      ['max_bit_rate', Number.MAX_SAFE_INTEGER],
      ['avg_bit_rate', 2 ** 40],
      ['generation', Number.MAX_SAFE_INTEGER],
      ['max_bit_rate', 2 ** 53],
      ['generation', 1e21],
      ['frame_width', 2 ** 31 - 1],
      ['frame_width', 2 ** 31],
      ['frame_height', Number.MAX_SAFE_INTEGER],
      ['frame_width', 0],
      ['frame_width', -1],
      ['frame_width', 1.5],
    ] as const) {
      const isSize = property.startsWith('frame');
      const essence = {
        frame_rate: { numerator: 25 },
        frame_width: 1,
        frame_height: 1,
        ...(isSize && { [property]: value }),
      };
      const ids = { id: randomUUID(), source_id: randomUUID() };
      const flow = videoFlow(ids, { essence_parameters: essence, ...(!isSize && { [property]: value }) });
      const result = await api.send('PUT', `/flows/${flow.id}`, flow);
      expect(result.status, `${property} ${value} ${result.text}`).toBeLessThan(500);
      if (result.status === 201) expect(await api.get(`/flows/${flow.id}`)).toMatchObject(flow);
      else expect(summaryOf(result)).toContain(property);
    }
  });

  it('of a query are taken or refused', async () => {
    for (const query of [
      'limit=99999999999999999999',
      'limit=9007199254740993',
      'limit=1e3',
      'limit=0x10',
      'limit=-1',
      'limit= 5',
      'frame_width=99999999999999999999',
      'frame_width=2147483648',
      'frame_height=-2147483649',
      'frame_width=4294967296',
    ]) {
      const result = await api.send('GET', `/flows?${query}`);
      expect([200, 400], `${query} ${result.text}`).toContain(result.status);
    }
    expect(await api.get('/flows?frame_width=9007199254740991')).toEqual([]);
    const tooLarge = await api.send('GET', '/flows?frame_width=99999999999999999999');
    expect([tooLarge.status, summaryOf(tooLarge)]).toEqual([400, expect.stringContaining('frame_width')]);
    expect((await api.send('GET', '/flows?limit=99999999999999999999')).headers.get('x-paging-limit')).toBe('1000');
  });

  it('of a segment are kept exactly or refused', async () => {
    const id = await api.newFlow();
    const objectId = await api.newObject(id);
    for (const [n, value] of [
      0,
      -1,
      2 ** 31,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      2 ** 53,
      1e300,
    ].entries()) {
      const segment = { object_id: objectId, timerange: second(n), sample_offset: value, sample_count: value };
      const result = await api.postSegments(id, segment);
      expect(result.status, `${value} ${result.text}`).toBe(Number.isSafeInteger(value) ? 201 : 400);
      if (result.status === 201) expect(await api.segments(id, `timerange=${second(n)}`)).toMatchObject([segment]);
    }
  });
});
