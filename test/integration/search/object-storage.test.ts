import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ObjectNotification, Subscription } from '../../../src/features/search/rules/object-storage.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import { MediaObjectStorage } from '../../../src/features/search/repositories/media-object-storage.ts';
import { describeOnEngines, type SearchWorld } from '../../support/search/search-world.ts';

const BUCKET = 'media';
const BASE = 'http://127.0.0.1:1';

describeOnEngines('the object storage', (open) => {
  let world: SearchWorld;
  let directory: string;
  let storage: MediaObjectStorage;
  const errors: unknown[] = [];

  beforeEach(async () => {
    world = await open();
    directory = await mkdtemp(join(tmpdir(), 'search-objects-'));
    storage = openStorage();
    await storage.ensureBucket(BUCKET);
    errors.length = 0;
  });
  afterEach(async () => {
    await storage.close();
    await world.dispose();
    await rm(directory, { recursive: true });
  });

  function openStorage(): MediaObjectStorage {
    const backend = { id: randomUUID(), store_type: 'http_object_store' as const, provider: 'p', store_product: 'x' };
    const store = new LocalMediaStore({
      backend,
      directory,
      secret: randomBytes(32),
      expiresS: 60,
      gridS: 1,
      maxObjectBytes: 1_000_000,
      urlCacheMax: 10,
    });
    return new MediaObjectStorage(new Map([[BUCKET, store]]), world.manager);
  }

  function watch(
    handler: (notification: ObjectNotification) => Promise<void>,
    prefix = '',
    of: MediaObjectStorage = storage,
  ): Subscription {
    const options = { name: 'watch', bucket: BUCKET, prefix, intervalMs: 60_000 };
    return of.subscribe({ ...options, onError: (error) => errors.push(error) }, handler);
  }

  it('puts, gets, describes, lists and deletes objects, and signs URLs', async () => {
    expect(await storage.exists(BUCKET, 'a/b.txt')).toBe(false);
    const put = await storage.put(BUCKET, 'a/b.txt', Buffer.from('hello'), 'text/plain');
    expect(await storage.exists(BUCKET, 'a/b.txt')).toBe(true);
    expect(await storage.metadata(BUCKET, 'a/b.txt')).toMatchObject({
      size: 5,
      contentType: 'text/plain',
      etag: put.etag,
    });
    expect((await buffer((await storage.get(BUCKET, 'a/b.txt')).body)).toString()).toBe('hello');
    expect((await buffer((await storage.get(BUCKET, 'a/b.txt', { start: 1, end: 3 })).body)).toString()).toBe('ell');
    await storage.put(BUCKET, 'c.txt', Buffer.from('x'));
    const first = await storage.list(BUCKET, '', { limit: 1 });
    expect(first.objects.map(({ path }) => path)).toEqual(['a/b.txt']);
    expect((await storage.list(BUCKET, '', { after: first.next })).objects.map(({ path }) => path)).toEqual(['c.txt']);
    expect(storage.presign(BUCKET, 'c.txt', 'GET', BASE).url).toMatch(/^http:\/\/127\.0\.0\.1:1\/.*c\.txt/);
    expect(storage.presign(BUCKET, 'd', 'PUT', BASE, 'video/mp4')).toMatchObject({ 'content-type': 'video/mp4' });
    await storage.delete(BUCKET, 'a/b.txt');
    await expect(storage.metadata(BUCKET, 'a/b.txt')).rejects.toMatchObject({ code: 'not_found' });
    await expect(storage.get('nobody', 'c.txt')).rejects.toMatchObject({ code: 'not_found' });
    await storage.health();
  });

  it('notifies of what is created, changed and removed, also between two runs, once', async () => {
    const seen: string[] = [];
    const note = async ({ type, key }: ObjectNotification): Promise<void> => void seen.push(`${type} ${key}`);
    await storage.put(BUCKET, 'in/a', Buffer.from('1'));
    await storage.put(BUCKET, 'out/b', Buffer.from('1'));
    const subscription = watch(note, 'in/');
    await subscription.settled();
    await storage.put(BUCKET, 'in/c', Buffer.from('1'));
    await storage.put(BUCKET, 'in/a', Buffer.from('changed'));
    await subscription.settled();
    await subscription.stop();
    expect(seen.splice(0).sort()).toEqual(['created in/a', 'created in/a', 'created in/c']);

    await storage.delete(BUCKET, 'in/a');
    await storage.put(BUCKET, 'in/d', Buffer.from('1'));
    await storage.close();
    storage = openStorage();
    await storage.ensureBucket(BUCKET);
    const again = watch(note, 'in/');
    await again.settled();
    await again.settled();
    expect(seen.sort()).toEqual(['created in/d', 'removed in/a']);
    expect(errors).toEqual([]);
  });

  it('repeats what its handler failed on, and nothing else', async () => {
    await storage.put(BUCKET, 'a', Buffer.from('1'));
    await storage.put(BUCKET, 'b', Buffer.from('1'));
    const seen: string[] = [];
    let failures = 2;
    const subscription = watch(async ({ key }) => {
      seen.push(key);
      if (key === 'a' && failures-- > 0) throw new Error('not now');
    });
    await subscription.settled();
    await subscription.settled();
    expect(seen.filter((key) => key === 'a')).toHaveLength(3);
    expect(seen.filter((key) => key === 'b')).toHaveLength(1);
    expect(errors).toHaveLength(2);
  });

  it('is complete beyond a page of 1,000 objects', { timeout: 120_000 }, async () => {
    const count = 1_050;
    const keys = Array.from({ length: count }, (_, index) => `k/${String(index).padStart(5, '0')}`);
    for (let start = 0; start < count; start += 50) {
      await Promise.all(keys.slice(start, start + 50).map((key) => storage.put(BUCKET, key, Buffer.from('1'))));
    }
    const created = new Set<string>();
    const removed: string[] = [];
    const subscription = watch(async ({ type, key }) => {
      if (type === 'created') created.add(key);
      else removed.push(key);
    });
    await subscription.settled();
    expect(created.size).toBe(count);
    await storage.delete(BUCKET, keys[0] ?? '');
    await storage.delete(BUCKET, keys.at(-1) ?? '');
    await subscription.settled();
    expect(removed.sort()).toEqual([keys[0], keys.at(-1)]);
    expect(errors).toEqual([]);
  });
});
