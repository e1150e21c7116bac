import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../behaviour/support/api.ts';
import { InferenceServer } from '../../support/search/inference-server.ts';
import { ObjectWorld, removeObject, vtt } from '../../support/search/object-world.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const logged: string[] = [];
let inference: InferenceServer;
let server: TestServer;
let world: ObjectWorld;
beforeAll(async () => {
  inference = await InferenceServer.start();
  server = await startTestServer({
    inProcess: 'log',
    log: (line) => void logged.push(line),
    env: {
      SEARCH_WORKERS: '4',
      SEARCH_TRANSCRIBER: 'http',
      SEARCH_TRANSCRIPTION_URL: inference.url,
      SEARCH_TRANSCRIPTION_MODEL: 'whisper-test',
      SEARCH_EMBEDDER: 'http',
      SEARCH_EMBEDDING_URL: inference.url,
      SEARCH_EMBEDDING_MODEL: 'embedding-test',
    },
  });
  world = await ObjectWorld.open(server.baseUrl);
});
afterAll(async () => {
  await server.close();
  await inference.close();
});

const keysFound = async (q: string, type = 'keyword'): Promise<string[]> =>
  (await world.api.search({ q, type })).hits.map(({ asset }) => asset.key);

/** A medium in which this is said. */
function spoken(...texts: readonly string[]): Buffer {
  const medium = randomBytes(64 * 1024);
  const segments = texts.map((text, index) => ({ start: index * 6, end: index * 6 + 2, text }));
  inference.transcripts.set(createHash('sha256').update(medium).digest('hex'), { language: 'english', segments });
  return medium;
}

describe('an object that appears', () => {
  it('is transcribed, embedded and found, and leads to the segments that hold it', async () => {
    const medium = spoken('The lighthouse keeper counts herring gulls.', 'Then the tide came in.');
    const key = await world.put('interview one.mp4', medium);
    await world.segment('interview one.mp4', '[100:0_110:0)');
    expect(await world.notify(key)).toMatchObject({ received: 1, queued: 1, unknown_buckets: [] });
    const asset = await world.becomes(key, { status: 'indexed' });
    expect(asset).toMatchObject({ triage_state: 'none', engine: 'whisper-test', attempt: 1 });
    expect(asset.last_error).toBeUndefined();
    expect(inference.forms.at(-1)).toMatchObject({ fileType: 'video/mp2t', fileBytes: 65_536, isComplete: true });

    const [hit] = (await world.api.search({ q: '"herring gulls"', type: 'keyword' })).hits;
    expect(hit?.asset.key).toBe(key);
    expect(hit?.flow).toMatchObject({ flow_id: world.flowId, timerange: '[100:0_102:0)' });
    const segments = await world.api.get<{ object_id: string }[]>(hit?.flow?.segments_url ?? '');
    expect(segments.map(({ object_id }) => object_id)).toEqual(['interview one.mp4']);
    expect(await keysFound('herring gull', 'semantic')).toContain(key);

    expect(await world.notify(key, key)).toMatchObject({ received: 2, queued: 0, unchanged: 1 });
  });

  it('leads to the segments also where they are registered after it was told of', async () => {
    const key = await world.put('early.mp4', spoken('A capybara bathes.'));
    await world.notify(key);
    const early = await world.becomes(key, { status: 'indexed' });
    expect(early.link).toBeUndefined();
    await world.segment('early.mp4', '[200:0_210:0)');
    await until(async () => (await world.asset(key))?.link);
    const [hit] = (await world.api.search({ q: 'capybara', type: 'keyword' })).hits;
    expect(hit?.flow).toMatchObject({ flow_id: world.flowId, timerange: '[200:0_202:0)' });
  });

  it('is not found any more when it is gone, and is again when it comes back', async () => {
    const medium = spoken('A family of pangolins.');
    const key = await world.put('going.mp4', medium);
    await world.notify(key);
    await world.becomes(key, { status: 'indexed' });
    expect(await keysFound('pangolins')).toEqual([key]);
    // An event says where to look, and no more.
    expect(await world.notifyOfRemoval(key)).toMatchObject({ removed: 0, unchanged: 1 });
    expect(await keysFound('pangolins')).toEqual([key]);

    await removeObject(server.dataDir, key);
    expect(await world.notifyOfRemoval(key)).toMatchObject({ received: 1, removed: 1 });
    expect(await keysFound('pangolins')).toEqual([]);
    expect(await keysFound('pangolins', 'semantic')).not.toContain(key);
    expect(await world.asset(key)).toBeUndefined();
    expect(await world.notifyOfRemoval(key, key)).toMatchObject({ received: 2, removed: 0, ignored: 1 });

    await world.put('going.mp4', medium);
    expect(await world.notify(key)).toMatchObject({ queued: 1 });
    await world.becomes(key, { status: 'indexed' });
    expect(await keysFound('pangolins')).toEqual([key]);
  });

  it('is found by what is said in it now', async () => {
    const key = await world.put('leaving.mp4', spoken('A caravan of quokkas.'));
    await world.notify(key);
    await world.becomes(key, { status: 'indexed' });
    const medium = spoken('A caravan of wombats.');
    await world.put('leaving.mp4', medium);
    expect(await world.notify(key)).toMatchObject({ queued: 1 });
    await expect.poll(() => keysFound('wombats')).toEqual([key]);
    expect(await keysFound('quokkas')).toEqual([]);
  });

  it('uses the transcript beside it instead, follows its changes, and falls back when it breaks', async () => {
    const key = await world.put('news.mp4', spoken('Never to be heard: capercaillie.'));
    const sidecar = await world.put('news.vtt', vtt('Good evening, here is the ptarmigan.'));
    await world.notify(sidecar, key);
    expect(await world.becomes(key, { status: 'indexed' })).toMatchObject({ engine: 'sidecar:webvtt' });
    expect(await keysFound('ptarmigan')).toEqual([key]);
    expect(await keysFound('capercaillie')).toEqual([]);

    await world.put('news.vtt', vtt('Good evening, here is the dotterel.'));
    expect(await world.notify(sidecar)).toMatchObject({ queued: 1 });
    await expect.poll(() => keysFound('dotterel')).toEqual([key]);
    expect(await keysFound('ptarmigan')).toEqual([]);

    // As it was before: that version is there still.
    await world.put('news.vtt', vtt('Good evening, here is the ptarmigan.'));
    expect(await world.notify(sidecar)).toMatchObject({ published: 1 });
    expect(await keysFound('ptarmigan')).toEqual([key]);

    // It is the one that is heard when there is none beside it.
    await removeObject(server.dataDir, sidecar);
    expect(await world.notifyOfRemoval(sidecar)).toMatchObject({ queued: 1 });
    await expect.poll(() => keysFound('capercaillie')).toEqual([key]);
    await world.put('news.vtt', vtt('Good evening, here is the ptarmigan.'));
    expect(await world.notify(sidecar)).toMatchObject({ published: 1 });

    await world.put('news.vtt', 'no WebVTT at all');
    expect(await world.notify(sidecar)).toMatchObject({ queued: 1 });
    const broken = await world.becomes(key, { triage_state: 'quarantined' });
    expect(broken).toMatchObject({ status: 'failed', recommended_action: 'fix_object' });
    expect(await keysFound('ptarmigan')).toEqual([key]);
  });

  it('takes a transcript that people put over one that is still to be made', async () => {
    const key = await world.put('corrected.mp4', spoken('As the machine heard it: kestrel.'));
    let release = (): void => undefined;
    inference.holdTranscriptions = new Promise<void>((resolve) => (release = resolve));
    await world.notify(key);
    const { id } = await world.becomes(key, { status: 'processing' });
    await world.api.say(id, ['As it was said: merlin.']);
    release();
    inference.holdTranscriptions = undefined;
    await until(async () => {
      const { active } = await world.api.get<{ active: number }>('/search/queue');
      return active === 0 ? true : undefined;
    });
    expect(await world.asset(key)).toMatchObject({ status: 'indexed', triage_state: 'none' });
    expect(await keysFound('merlin')).toEqual([key]);
    expect(await keysFound('kestrel')).toEqual([]);
    expect(await world.notify(key)).toMatchObject({ queued: 0, unchanged: 1 });
  });

  it('is ignored where there is nothing to hear', async () => {
    const unheard = await world.put('still.png', randomBytes(100));
    const report = await world.notify('nowhere/clip.mp4', `${world.flowId}/clip.srt`);
    expect(report).toMatchObject({ received: 2, queued: 0, ignored: 2 });
    // The flow's container says video, whatever the name.
    expect(await world.notify(unheard)).toMatchObject({ queued: 1 });
  });
});

describe('a failing model', () => {
  it('leaves the asset to be found by its words, and makes its vectors later', async () => {
    inference.embeddingFailures = [{ status: 503, body: 'warming up' }];
    const key = await world.put('partial.mp4', spoken('An axolotl regenerates.'));
    await world.notify(key);
    const partial = await world.becomes(key, { status: 'index_partial' });
    expect(partial.last_error).toBe('the embedding service (embedding-test) answered 503');
    expect(await keysFound('axolotl')).toEqual([key]);
    const transcribed = inference.forms.length;
    inference.embeddingFailures = [];
    expect(await keysFound('axolotl regenerates', 'semantic')).not.toContain(key);
    const indexed = await world.becomes(key, { status: 'indexed' });
    expect(indexed.last_error).toBeUndefined();
    expect(await keysFound('axolotl regenerates', 'semantic')).toContain(key);
    // It was heard once, however often it was embedded.
    expect(inference.forms).toHaveLength(transcribed);
  });

  it('puts the asset in quarantine when it refuses the medium, until a person decides', async () => {
    const medium = randomBytes(1000);
    const key = await world.put('broken.mp4', medium);
    await world.notify(key);
    const refused = await world.becomes(key, { triage_state: 'quarantined' });
    expect(refused).toMatchObject({ status: 'failed', recommended_action: 'fix_object' });
    expect(refused.last_error).toBe('the transcription service (whisper-test) answered 400');
    const letters = JSON.stringify(await world.api.get('/search/dead-letters'));
    expect(letters).toContain('answered 400');
    for (const told of [inference.url.slice('http://'.length), 'no speech']) expect(letters).not.toContain(told);
    // Operators are told in the log where it was, and what it said.
    const line = logged.find((each) => each.includes(refused.id) && each.includes('no speech'));
    expect(line).toContain(inference.url);

    inference.transcripts.set(createHash('sha256').update(medium).digest('hex'), {
      segments: [{ start: 0, end: 1, text: 'Now there is a nightingale.' }],
    });
    await world.api.must('POST', `/search/quarantine/${refused.id}/retry`);
    await world.becomes(key, { status: 'indexed', triage_state: 'none' });
    expect(await keysFound('nightingale')).toEqual([key]);
  });

  it('leaves alone what a person has put aside', async () => {
    const key = await world.put('aside.mp4', randomBytes(1000));
    await world.notify(key);
    const { id } = await world.becomes(key, { triage_state: 'quarantined' });
    await world.api.must('POST', `/search/quarantine/${id}/skip`);
    expect(await world.notify(key)).toMatchObject({ queued: 0, unchanged: 1 });
    expect(await world.asset(key)).toMatchObject({ status: 'skipped', triage_state: 'skipped' });
    await world.put('aside.mp4', spoken('Another object: bullfinch.'));
    expect(await world.notify(key)).toMatchObject({ queued: 1 });
    await world.becomes(key, { status: 'indexed', triage_state: 'none' });
  });
});

describe('POST /events/s3', () => {
  it('takes the test event, and names buckets that are not there', async () => {
    expect(await world.api.must('POST', '/events/s3', { Service: 'Amazon S3', Event: 's3:TestEvent' })).toMatchObject({
      received: 0,
    });
    const record = { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'elsewhere' }, object: { key: 'a.mp4' } } };
    const other = { ...record, eventName: 'ObjectTagging:Put' };
    expect(await world.api.must('POST', '/events/s3', { Records: [record, record, other] })).toMatchObject({
      received: 3,
      queued: 0,
      ignored: 1,
      unknown_buckets: ['elsewhere'],
    });
  });

  it('ignores keys that no object can have, and deals with the others', async () => {
    const key = await world.put('beside strange ones.mp4', spoken('A corncrake.'));
    const report = await world.notify(
      '../../etc/passwd.vtt',
      '.uploads/a.mp4',
      '\u0000.vtt',
      `${'a'.repeat(1_200)}.vtt`,
      key,
    );
    expect(report).toMatchObject({ received: 5, ignored: 4, queued: 1 });
  });

  it.each([
    ['no records', {}, 'no Records'],
    [
      'a record without a key',
      { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'a' }, object: {} } }] },
      'key',
    ],
    [
      'a key that is not URL-encoded',
      { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'local' }, object: { key: 'a%zz' } } }] },
      'body/Records/0/s3/object/key',
    ],
  ])('refuses %s', async (_what, body, field) => {
    const response = await fetch(`${server.baseUrl}/events/s3`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(field);
  });
});
