import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/http-client.ts';
import {
  type AssetBody,
  cuesOf,
  SearchApi,
  type TranscriptBody,
  type VersionBody,
} from '../../support/search/search-api.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
let api: SearchApi;
beforeAll(async () => {
  server = await startTestServer();
  api = new SearchApi(server.baseUrl);
});
afterAll(() => server.close());

const DIMENSION = 384;
const unit = (at: number): number[] => Array.from({ length: DIMENSION }, (_, n) => (n === at ? 1 : 0));

const VTT = `WEBVTT
Language: en

00:01.500 --> 00:02.750
<v Ann>The <i>quokka</i> smiles &amp; waits
`;

/** The same in every format. */
const FORMATS: Readonly<Record<string, string>> = {
  'text/vtt': VTT,
  'text/vtt; charset=utf-8': VTT.replaceAll('\n', '\r\n'),
  'application/json': JSON.stringify({
    language: 'en',
    segments: [{ start_ms: 1500, end_ms: 2750, text: 'The quokka smiles & waits', speaker: 'Ann' }],
  }),
  'application/ttml+xml': `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xml:lang="en"><head><metadata><ttm:agent xml:id="a" type="person"><ttm:name type="full">Ann</ttm:name></ttm:agent></metadata></head>
    <body><div><p begin="1.5s" end="2.75s" ttm:agent="a">The quokka smiles &amp; waits</p></div></body></tt>`,
};

describe('a transcript', () => {
  it('is the same version in whatever format it comes, and is found at once', async () => {
    const { id } = await api.asset('formats', { etag: 'e' });
    const versions = new Set<string>();
    for (const [type, text] of Object.entries(FORMATS)) {
      const { status, json, text: said } = await api.putText(`/search/assets/${id}/transcript`, type, text);
      expect(status, `${type}: ${said}`).toBe(200);
      expect(json).toMatchObject({ asset_id: id, status: 'indexed', publish_state: 'ACTIVE', language: 'en' });
      versions.add((json as VersionBody).id);
    }
    expect(versions.size).toBe(1);
    const { total, hits } = await api.search({ q: 'quokka', language: 'en', speaker: 'Ann', type: 'keyword' });
    expect(total).toBe(1);
    expect(hits[0]).toMatchObject({ start_ms: 1500, end_ms: 2750, timerange: '[1:500000000_2:750000000)' });
    expect(await api.get(`/search/assets/${id}`)).toMatchObject({
      status: 'indexed',
      current_version_id: [...versions][0],
    });
  });

  it('comes as SubRip too, whose language the query names', async () => {
    const { id } = await api.asset('srt');
    const srt = '1\n00:00:01,500 --> 00:00:02,750\nThe numbat digs\n';
    const answer = await api.putText(`/search/assets/${id}/transcript?language=EN-au`, 'application/x-subrip', srt);
    expect([answer.status, (answer.json as VersionBody).language]).toEqual([200, 'en-AU']);
    for (const language of ['en-AU', 'en-au']) {
      expect((await api.search({ q: 'numbat', language, type: 'keyword' })).total).toBe(1);
    }
    expect((await api.search({ q: 'numbat', language: 'en', type: 'keyword' })).total).toBe(0);
  });

  it('goes out as JSON or WebVTT, and comes back the same', async () => {
    const { id } = await api.asset('out');
    const version = await api.say(id, ['first words', 'a < b & c'], { speaker: 'Ann', language: 'en' });
    const path = `/search/assets/${id}/transcript`;
    const out = await api.get<TranscriptBody>(path);
    expect(out).toMatchObject({ version_id: version.id, language: 'en' });
    expect(
      out.segments.map(({ start_ms, end_ms, timerange, text, speaker }) => [
        start_ms,
        end_ms,
        timerange,
        text,
        speaker,
      ]),
    ).toEqual([
      [0, 5000, '[0:0_5:0)', 'first words', 'Ann'],
      [10_000, 15_000, '[10:0_15:0)', 'a < b & c', 'Ann'],
    ]);
    const accept = async (header: string, query = ''): Promise<[string | null, string]> => {
      const { headers, text } = await call(server.baseUrl, 'GET', `${path}${query}`, { headers: { accept: header } });
      return [headers.get('content-type'), text];
    };
    const [type, vtt] = await accept('text/vtt');
    expect(type).toBe('text/vtt; charset=utf-8');
    expect(vtt).toContain('WEBVTT\nLanguage: en');
    expect(await accept('application/json', '?format=webvtt')).toEqual([type, vtt]);
    expect((await accept('*/*'))[0]).toContain('application/json');
    expect((await accept('text/vtt', '?format=json'))[0]).toContain('application/json');
    for (const preferred of ['Text/VTT', 'application/json;q=0.5, text/vtt;q=0.9', 'text/vtt, application/json']) {
      expect((await accept(preferred))[0], preferred).toBe(type);
    }
    for (const preferred of ['text/vtt;q=0.5, application/json', 'application/json, text/vtt', 'text/vtt;q=0']) {
      expect((await accept(preferred))[0], preferred).toContain('application/json');
    }
    const head = await call(server.baseUrl, 'HEAD', path, { headers: { accept: 'text/vtt' } });
    expect([head.status, head.headers.get('content-type'), head.text]).toEqual([200, type, '']);
    const back = await api.putText(path, 'text/vtt', vtt);
    expect((back.json as VersionBody).id).toBe(version.id);
  });

  it('that differs is another version, which takes the place of the one before', async () => {
    const { id } = await api.asset('changes');
    const one = await api.say(id, ['the wombat sleeps']);
    const two = await api.say(id, ['the wombat wakes']);
    expect(two.id).not.toBe(one.id);
    expect((await api.search({ q: 'wombat', type: 'keyword' })).hits.map(({ text }) => text)).toEqual([
      'the wombat wakes',
    ]);
    expect(await api.get(`/search/versions/${one.id}`)).toMatchObject({ publish_state: 'ARCHIVED', segments: 1 });
    // An archived version can be shown again.
    const asset = await api.must<AssetBody>('POST', `/search/versions/${one.id}/publish`);
    expect(asset).toMatchObject({ id, status: 'indexed', current_version_id: one.id });
    expect((await api.search({ q: 'wombat', type: 'keyword' })).hits.map(({ text }) => text)).toEqual([
      'the wombat sleeps',
    ]);
    expect(await api.say(id, ['the wombat wakes'])).toMatchObject({ id: two.id });
  });
});

describe('a version made step by step', () => {
  it('is found once it is published, and not before', async () => {
    const { id } = await api.asset('steps');
    const version = await api.must<VersionBody>('POST', `/search/assets/${id}/versions`, { etag: 'v1' });
    const at = `/search/versions/${version.id}`;
    expect((await api.send('GET', `${at}/transcript`)).status).toBe(404);
    expect((await api.send('POST', `${at}/publish`)).status).toBe(400);
    // It can be put again while nothing is published: what was there before goes.
    await api.must('PUT', `${at}/transcript`, { segments: cuesOf(['one', 'two', 'three']) });
    const staged = await api.must<TranscriptBody>('PUT', `${at}/transcript`, {
      segments: cuesOf(['bilby one', 'bilby two']),
    });
    expect(staged.segments.map(({ text }) => text)).toEqual(['bilby one', 'bilby two']);
    expect((await api.search({ q: 'bilby', type: 'keyword' })).total).toBe(0);
    expect(await api.must('POST', `${at}/publish`)).toMatchObject({ status: 'index_partial' });
    expect((await api.search({ q: 'bilby', type: 'keyword' })).total).toBe(2);
    expect((await api.search({ q: 'three', type: 'keyword' })).total).toBe(0);

    const embeddings = staged.segments.map(({ id: segment_id }, index) => ({ segment_id, vector: unit(index) }));
    expect(await api.must('PUT', `${at}/embeddings`, { model: 'mine', embeddings })).toEqual({ written: 2 });
    expect(await api.get(at)).toMatchObject({ segments: 2, embeddings: 2 });
    const found = await api.must<{ total: number; model: string; hits: { text: string }[] }>('POST', '/search', {
      type: 'semantic',
      vector: unit(1),
      model: 'mine',
    });
    expect([found.total, found.model, found.hits[0]?.text]).toEqual([1, 'mine', 'bilby two']);
    // Texts are not found by the vectors of another model.
    expect(await api.must('POST', `${at}/publish`)).toMatchObject({ status: 'index_partial' });
    await api.must('PUT', `${at}/embeddings`, { model: 'hashing-1-384', embeddings });
    expect(await api.must('POST', `${at}/publish`)).toMatchObject({ status: 'indexed' });

    for (const texts of [['bilby three'], ['bilby one'], ['bilby one', 'bilby two', 'bilby three']]) {
      const changed = await api.send('PUT', `${at}/transcript`, { segments: cuesOf(texts) });
      expect([changed.status, changed.text]).toEqual([400, expect.stringContaining('published')]);
    }
    expect((await api.search({ q: 'bilby', type: 'keyword' })).total).toBe(2);
    expect((await api.send('DELETE', `${at}/transcript`)).status).toBe(204);
    expect((await api.search({ q: 'bilby', type: 'keyword' })).total).toBe(0);
    expect((await api.send('GET', `${at}/transcript`)).status).toBe(404);
    expect(await api.get(at)).toMatchObject({ segments: 0, embeddings: 0 });
    expect((await api.send('POST', `${at}/publish`)).status).toBe(400);
    // What was removed is back when it is put again.
    const back = await api.must<TranscriptBody>('PUT', `${at}/transcript`, {
      segments: cuesOf(['bilby one', 'bilby two']),
    });
    expect(back.segments).toEqual(staged.segments);
    expect((await api.search({ q: 'bilby', type: 'keyword' })).total).toBe(2);
    expect(await api.get(at)).toMatchObject({ segments: 2, embeddings: 4, publish_state: 'ACTIVE' });
  });

  it('loses the vectors of what is said otherwise', async () => {
    const { id } = await api.asset('reworded');
    const version = await api.must<VersionBody>('POST', `/search/assets/${id}/versions`, { etag: 'v1' });
    const at = `/search/versions/${version.id}`;
    const { segments } = await api.must<TranscriptBody>('PUT', `${at}/transcript`, {
      segments: cuesOf(['numbers', 'letters']),
    });
    const embeddings = segments.map(({ id: segment_id }, index) => ({ segment_id, vector: unit(index + 10) }));
    await api.must('PUT', `${at}/embeddings`, { model: 'hashing-1-384', embeddings });
    await api.must('PUT', `${at}/transcript`, { segments: cuesOf(['numbers', 'other letters'], 'Ann') });
    expect(await api.get(at)).toMatchObject({ segments: 2, embeddings: 1 });
    expect(await api.must('POST', `${at}/publish`)).toMatchObject({ status: 'index_partial' });
  });
});

describe('a transcript that was removed', () => {
  it('is found again when it is put again', async () => {
    const { id } = await api.asset('removed');
    const version = await api.say(id, ['the dunnart hides']);
    expect((await api.send('DELETE', `/search/versions/${version.id}/transcript`)).status).toBe(204);
    for (const type of ['keyword', 'semantic', 'hybrid']) {
      expect((await api.search({ q: 'dunnart', type, bucket: 'media' })).hits.map(({ text }) => text)).not.toContain(
        'the dunnart hides',
      );
    }
    const again = await api.say(id, ['the dunnart hides']);
    expect(again).toMatchObject({ id: version.id, segment_visibility: 'ACTIVE', embedding_visibility: 'ACTIVE' });
    for (const type of ['keyword', 'semantic', 'hybrid']) {
      expect((await api.search({ q: 'dunnart', type })).hits[0]?.text, type).toBe('the dunnart hides');
    }
  });
});

describe('what is no transcript is refused', () => {
  const refused: [string, string, string][] = [
    ['text/vtt', '00:01.000 --> 00:02.000\nno header\n', 'WEBVTT'],
    ['text/vtt', 'WEBVTT\n\n00:03.000 --> 00:02.000\nbackwards\n', 'ends before'],
    ['text/vtt', 'WEBVTT\n\nNOTE nothing is said\n', 'no words'],
    ['application/x-subrip', 'words without a time\n', 'no times'],
    ['application/ttml+xml', '<tt', 'transcript'],
    ['application/ttml+xml', '<!DOCTYPE x><tt/>', 'document type'],
    ['application/json', '{"segments": [', 'no JSON'],
    ['application/json', '{}', 'segments'],
    ['application/json', '{"segments":[{"start_ms":-1,"end_ms":1,"text":"a"}]}', 'start_ms'],
    ['application/json', '{"language":"a b","segments":[{"start_ms":0,"end_ms":1,"text":"a"}]}', 'BCP 47'],
    ['application/json', JSON.stringify({ segments: cuesOf(['a'.repeat(10_001)]) }), '10000'],
    ['application/json', JSON.stringify({ segments: cuesOf(['a'], 's'.repeat(257)) }), 'speaker'],
    ['application/json', '', 'body'],
  ];
  it.each(refused.map(([type, text, named]) => [type, named, text]))('%s: %s', async (type, named, text) => {
    const { id } = await api.asset('refused');
    const { status, json } = await api.putText(`/search/assets/${id}/transcript`, type, text);
    expect([status, json]).toEqual([
      400,
      expect.objectContaining({ summary: expect.stringContaining(named) as string }),
    ]);
    expect(await api.get(`/search/assets/${id}/versions`)).toEqual([]);
  });

  it('as is one of another media type', async () => {
    const { id } = await api.asset('refused');
    const { status, text } = await api.putText(`/search/assets/${id}/transcript`, 'text/plain', 'words');
    expect([status, text]).toEqual([400, expect.stringContaining('text/vtt')]);
  });
});

describe('what are no embeddings is refused', () => {
  const wrong: [string, (segment: string) => unknown, string][] = [
    ['nothing', () => ({ model: 'm', embeddings: [] }), 'body/embeddings'],
    ['too few elements', (segment_id) => ({ model: 'm', embeddings: [{ segment_id, vector: [1] }] }), '384'],
    [
      'no numbers',
      (segment_id) => ({ model: 'm', embeddings: [{ segment_id, vector: ['a'] }] }),
      'body/embeddings/0/vector/0',
    ],
    [
      'not of unit length',
      (segment_id) => ({ model: 'm', embeddings: [{ segment_id, vector: unit(0).map((x) => x * 2) }] }),
      'unit length',
    ],
    [
      'too large for its kind',
      (segment_id) => ({ model: 'm', embeddings: [{ segment_id, vector: unit(0).map(() => 1e300) }] }),
      'unit length',
    ],
    ['of another segment', () => ({ model: 'm', embeddings: [{ segment_id: 'other', vector: unit(0) }] }), 'other'],
    ['of no model', (segment_id) => ({ embeddings: [{ segment_id, vector: unit(0) }] }), 'body/model'],
  ];
  it.each(wrong)('%s', async (_what, body, named) => {
    const { id } = await api.asset('vectors');
    const version = await api.say(id, ['a word']);
    const { segments } = await api.get<TranscriptBody>(`/search/versions/${version.id}/transcript`);
    const answer = await api.send('PUT', `/search/versions/${version.id}/embeddings`, body(segments[0]?.id ?? ''));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(named)]);
  });
});
