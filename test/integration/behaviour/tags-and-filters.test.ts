import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inListing } from '../../support/either-version.ts';
import { audioFlow, imageFlow, multiFlow, videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api } from './support/api.ts';

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const encode = encodeURIComponent;
const ids = () => ({ id: randomUUID(), source_id: randomUUID() });

/** Names that mean something to a URL, to SQL, to JSON or to JavaScript. */
const ODD_NAMES = [
  'plain',
  'with space',
  'a/b',
  'a.b',
  'tag.a',
  'a&b=c',
  'a%20b',
  'a+b',
  '50%',
  'quote"\'`',
  "'; DROP TABLE flows; --",
  'back\\slash',
  'line\nbreak',
  'nul\u0000l',
  'ünïcödé 中文 🎬',
  'constructor',
  'toString',
  '__proto__',
  '#?',
];

const resources = [
  ['flows', async () => api.newFlow()],
  [
    'sources',
    async () => {
      const source = randomUUID();
      await api.newFlow({ source_id: source });
      return source;
    },
  ],
] as const;

describe.each(resources)('tags of %s', (kind, make) => {
  it.each(ODD_NAMES)('may be named %j', async (name) => {
    const id = await make();
    const other = await make();
    const path = `/${kind}/${id}/tags/${encode(name)}`;
    const value = `value of ${name}, with a "quote" & more`;
    expect((await api.send('PUT', path, value)).status).toBe(204);
    expect(await api.get(path)).toBe(value);
    // A property of its own, as `__proto__` in a literal would not be.
    const tags = Object.fromEntries([[name, value]]);
    expect(await api.get(`/${kind}/${id}/tags`)).toEqual(tags);
    const shown = await api.get<{ tags: object }>(`/${kind}/${id}`);
    expect(Object.entries(shown.tags)).toEqual([[name, value]]);
    // What a client reads it can write again.
    if (kind === 'flows') expect((await api.send('PUT', `/flows/${id}`, shown)).status).toBe(204);
    expect(await api.get(`/${kind}/${id}`)).toMatchObject({ tags });

    const idsOf = async (query: string) => (await api.all<{ id: string }>(`/${kind}?${query}`)).map((one) => one.id);
    expect(await idsOf(`tag.${encode(name)}=${encode(value)}`)).toEqual([id]);
    expect(await idsOf(`tag.${encode(name)}=${encode(value.slice(0, -1))}`)).toEqual([]);
    expect(await idsOf(`tag.${encode(name)}=${encode(value.toUpperCase())}`)).toEqual([]);
    expect(await idsOf(`tag_exists.${encode(name)}=true&tag.${encode(name)}=${encode(value)}`)).toEqual([id]);
    const without = await idsOf(`tag_exists.${encode(name)}=false&limit=1000`);
    expect(without).toContain(other);
    expect(without).not.toContain(id);

    expect((await api.send('DELETE', path)).status).toBe(204);
    expect((await api.send('DELETE', path)).status).toBe(404);
    expect((await api.send('GET', path)).status).toBe(404);
    expect(await idsOf(`tag.${encode(name)}=${encode(value)}`)).toEqual([]);
  });

  it('are replaced one by one, and the others stay', async () => {
    const id = await make();
    await api.must('PUT', `/${kind}/${id}/tags/a`, '1');
    await api.must('PUT', `/${kind}/${id}/tags/b`, '2');
    await api.must('PUT', `/${kind}/${id}/tags/a`, '3');
    expect(await api.get(`/${kind}/${id}/tags`)).toEqual({ a: '3', b: '2' });
    await api.must('DELETE', `/${kind}/${id}/tags/b`);
    expect(await api.get(`/${kind}/${id}/tags`)).toEqual({ a: '3' });
  });

  it('of several servers’ clients at once are all kept', async () => {
    const id = await make();
    const names = Array.from({ length: 20 }, (_, n) => `tag ${n}`);
    const answers = await Promise.all(
      names.map((name) => api.send('PUT', `/${kind}/${id}/tags/${encode(name)}`, name)),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 204));
    expect(Object.keys(await api.get<object>(`/${kind}/${id}/tags`)).toSorted()).toEqual(names.toSorted());
  });

  it('may be empty, which is not the same as not there', async () => {
    const id = await make();
    const name = `empty ${id}`;
    await api.must('PUT', `/${kind}/${id}/tags/${encode(name)}`, '');
    expect(await api.all(`/${kind}?tag.${encode(name)}=`)).toHaveLength(1);
    expect(await api.all(`/${kind}?tag_exists.${encode(name)}=true`)).toHaveLength(1);
  });
});

describe('filters of flows', () => {
  it('must all hold, in any combination', async () => {
    const mark = randomUUID();
    const shared = randomUUID();
    const flows = [
      videoFlow({ id: randomUUID(), source_id: shared }, { label: 'A', tags: { mark, x: '1' } }),
      videoFlow(
        { id: randomUUID(), source_id: shared },
        {
          label: 'B',
          codec: 'video/h265',
          tags: { mark, x: '2' },
          essence_parameters: { frame_rate: { numerator: 25 }, frame_width: 1280, frame_height: 720 },
        },
      ),
      audioFlow(ids(), { label: 'A', tags: { mark, y: '1' } }),
      imageFlow(ids(), {
        label: 'C',
        tags: { mark },
        essence_parameters: { frame_width: 1280, frame_height: 720 },
      }),
      multiFlow(ids(), { tags: { mark, x: '1', y: '1' } }),
    ];
    for (const flow of flows) await api.must('PUT', `/flows/${flow.id}`, flow);
    const [first] = flows;
    await api.fill(first?.id ?? '', 2);
    const parameters: [string, (flow: Record<string, unknown>) => boolean][] = [
      [`source_id=${shared}`, (flow) => flow['source_id'] === shared],
      ['format=urn:x-nmos:format:video', (flow) => flow['format'] === 'urn:x-nmos:format:video'],
      ['codec=video/h264', (flow) => flow['codec'] === 'video/h264'],
      ['label=A', (flow) => flow['label'] === 'A'],
      // Of video flows: the image flow is as wide.
      ['frame_width=1280', (flow) => flow['label'] === 'B'],
      ['frame_height=720', (flow) => flow['label'] === 'B'],
      ['tag.x=1', (flow) => (flow['tags'] as Record<string, string>)['x'] === '1'],
      ['tag_exists.y=true', (flow) => 'y' in (flow['tags'] as object)],
      ['tag_exists.x=false', (flow) => !('x' in (flow['tags'] as object))],
      ['timerange=[1:0_5:0)', (flow) => flow === first],
      ['timerange=()', (flow) => flow !== first],
    ];
    const check = async (combination: typeof parameters) => {
      const query = combination.map(([text]) => text).join('&');
      const expected = flows.filter((flow) => combination.every(([, holds]) => holds(flow))).map(({ id }) => id);
      for (const limit of [100, 1]) {
        const found: string[] = [];
        for await (const { items } of api.pages<{ id: string }>(`/flows?tag.mark=${mark}&limit=${limit}&${query}`)) {
          expect(items.length, query).toBeLessThanOrEqual(limit);
          found.push(...items.map(({ id }) => id));
        }
        expect(inListing(found), query).toEqual(inListing(expected));
      }
    };
    for (const [index, one] of parameters.entries()) {
      await check([one]);
      for (const other of parameters.slice(index + 1)) {
        // A parameter is given once.
        if (one[0].split('=')[0] !== other[0].split('=')[0]) await check([one, other]);
      }
    }
  });

  it('leave out parameters that mean nothing', async () => {
    const flowId = await api.newFlow({ label: 'unknown parameters' });
    const found = await api.get<{ id: string }[]>('/flows?label=unknown%20parameters&colour=red&tagx=1&tag=2');
    expect(found.map(({ id }) => id)).toEqual([flowId]);
  });

  it('take texts as they are: no wildcards, no case, no trimming', async () => {
    await api.newFlow({ label: 'Wild%card_' });
    for (const label of ['Wild%', 'wild%card_', 'Wild%card_ ', 'Wild_card_', '%', '*', '']) {
      expect(await api.get(`/flows?label=${encode(label)}`), label).toEqual([]);
    }
    expect(await api.get(`/flows?label=${encode('Wild%card_')}`)).toHaveLength(1);
  });
});

describe('filters of sources', () => {
  it('must all hold', async () => {
    const mark = randomUUID();
    const sources = [];
    for (const [n, flow] of [videoFlow(ids()), videoFlow(ids()), audioFlow(ids())].entries()) {
      await api.must('PUT', `/flows/${flow.id}`, flow);
      await api.must('PUT', `/sources/${flow.source_id}/tags/mark`, mark);
      await api.must('PUT', `/sources/${flow.source_id}/label`, n === 1 ? 'one' : 'other');
      sources.push(flow.source_id);
    }
    const found = async (query: string) =>
      inListing((await api.all<{ id: string }>(`/sources?tag.mark=${mark}&${query}`)).map(({ id }) => id));
    expect(await found('')).toEqual(inListing(sources));
    expect(await found('limit=1')).toEqual(inListing(sources));
    expect(await found('label=other')).toEqual(inListing(sources.filter((_, n) => n !== 1)));
    expect(await found('format=urn:x-nmos:format:video')).toEqual(inListing(sources.slice(0, 2)));
    expect(await found('format=urn:x-nmos:format:video&label=one')).toEqual([sources[1]]);
    expect(await found('format=urn:x-nmos:format:audio&label=one')).toEqual([]);
    expect(await found('tag_exists.mark=false')).toEqual([]);
  });
});
