import { hash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpTranscriber } from '../../../src/features/search/providers/http-transcriber.ts';
import { type ObjectContent, ObjectContents } from '../../../src/features/search/services/object-content.ts';
import { ObjectEvents } from '../../../src/features/search/services/object-events.ts';
import type { TamsLinks } from '../../../src/features/search/services/tams-links.ts';
import { ContentChanged, TranscriptSource } from '../../../src/features/search/services/transcript-source.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import { ObjectStorage } from '../../../src/features/search/repositories/object-storage.ts';
import { InferenceServer } from '../../support/search/inference-server.ts';
import { vtt } from '../../support/search/object-world.ts';
import { openSearchWorld, type SearchWorld } from '../../support/search/search-world.ts';

const BUCKET = 'media';
const KEY = 'clip.mp4';
const never = new AbortController().signal;

let world: SearchWorld;
let directory: string;
let store: LocalMediaStore;
let storage: ObjectStorage;
let contents: ObjectContents;
beforeEach(async () => {
  world = await openSearchWorld();
  directory = await mkdtemp(join(tmpdir(), 'search-changing-'));
  const backend = { id: randomUUID(), store_type: 'http_object_store' as const, provider: 'p', store_product: 'x' };
  const limits = { expiresS: 60, gridS: 1, maxObjectBytes: 100_000_000, urlCacheMax: 10 };
  store = new LocalMediaStore({ backend, directory, secret: randomBytes(32), ...limits });
  storage = new ObjectStorage(new Map([[BUCKET, store]]), world.manager);
  await store.ensureReady();
  contents = new ObjectContents(storage);
});
afterEach(async () => {
  await world.dispose();
  await rm(directory, { recursive: true });
});

const put = (key: string, text: string): Promise<unknown> => store.put(key, Buffer.from(text));

async function look(): Promise<ObjectContent> {
  const content = await contents.look(BUCKET, KEY);
  if (content === undefined || content === 'other') throw new Error(`${KEY} was not found`);
  return content;
}

describe('a transcript beside an object', () => {
  const make = async (content: ObjectContent): Promise<unknown> =>
    new TranscriptSource(storage, undefined).make(BUCKET, KEY, content, never);

  it.each([
    ['replaced', () => put('clip.vtt', vtt('Another one.'))],
    ['removed', () => store.delete('clip.vtt')],
  ])('is not taken where it was %s since it was looked at', async (_what, change) => {
    await put(KEY, 'medium');
    await put('clip.vtt', vtt('As it was.'));
    const content = await look();
    await expect(make(content)).resolves.toMatchObject({ engine: 'sidecar:webvtt' });
    await change();
    await expect(make(content)).rejects.toBeInstanceOf(ContentChanged);
    if (_what === 'replaced') await expect(make(await look())).resolves.toMatchObject({ engine: 'sidecar:webvtt' });
  });

  it('is not that of a JSON about something else, however large', async () => {
    await put(KEY, 'medium');
    await put('clip.json', `{"about":"something else","more":"${'x'.repeat(33 * 2 ** 20)}"}`);
    const server = await InferenceServer.start();
    try {
      server.transcripts.set(hash('sha256', 'medium'), { segments: [{ start: 0, end: 1, text: 'Spoken.' }] });
      const source = new TranscriptSource(storage, new HttpTranscriber({ url: server.url, model: 'whisper' }));
      expect(await source.make(BUCKET, KEY, await look(), never)).toMatchObject({ engine: 'whisper' });
    } finally {
      await server.close();
    }
    await expect(make(await look())).rejects.toMatchObject({ recommendedAction: 'fix_object' });
  });
});

describe('an object that comes back while its removal is noted', () => {
  it('is not taken for gone', async () => {
    class Late extends ObjectContents {
      looks = 0;
      override look(bucket: string, key: string): ReturnType<ObjectContents['look']> {
        // As it was before the object came back.
        return (this.looks += 1) === 2 ? Promise.resolve(undefined) : super.look(bucket, key);
      }
    }
    await put(KEY, 'medium');
    const { database } = world;
    const links: Pick<TamsLinks, 'find'> = { find: () => Promise.resolve(undefined) };
    const needs = { database, queue: world.queue(), links, buckets: new Set([BUCKET]), transcribes: true };
    const events = new ObjectEvents({ ...needs, contents: new Late(storage) });
    expect(await events.handle(BUCKET, KEY)).toBe('queued');
    expect(await events.handle(BUCKET, KEY)).toBe('queued');
    expect(await database.getAssetByBucketAndKey(BUCKET, KEY)).toMatchObject({ tombstonedMs: null, status: 'pending' });
  });
});
