import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ObjectNotification, ObjectWatch } from '../../../src/features/search/repositories/object-watch.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import { ObjectStorage } from '../../../src/features/search/repositories/object-storage.ts';
import { describeOnEngines, type SearchWorld } from '../../support/search/search-world.ts';

const BUCKET = 'media';

describeOnEngines('the object storage', (open) => {
  let world: SearchWorld;
  let directory: string;
  let store: LocalMediaStore;
  let storage: ObjectStorage;
  const errors: unknown[] = [];
  const watches: ObjectWatch[] = [];

  beforeEach(async () => {
    world = await open();
    directory = await mkdtemp(join(tmpdir(), 'search-objects-'));
    storage = openStorage();
    await store.ensureReady();
    errors.length = 0;
  });
  afterEach(async () => {
    // One that went on would look into the next test, when its interval is over.
    await Promise.all(watches.splice(0).map((each) => each.stop()));
    await world.dispose();
    await rm(directory, { recursive: true });
  });

  function openStorage(): ObjectStorage {
    const backend = { id: randomUUID(), store_type: 'http_object_store' as const, provider: 'p', store_product: 'x' };
    store = new LocalMediaStore({
      backend,
      directory,
      secret: randomBytes(32),
      expiresS: 60,
      gridS: 1,
      maxObjectBytes: 1_000_000,
      urlCacheMax: 10,
    });
    return new ObjectStorage(new Map([[BUCKET, store]]), world.manager);
  }

  function watch(
    handler: (notification: ObjectNotification) => Promise<void>,
    prefix = '',
    of: ObjectStorage = storage,
  ): ObjectWatch {
    const options = { name: 'watch', bucket: BUCKET, prefix, intervalMs: 60_000 };
    const subscription = of.subscribe({ ...options, onError: (error) => errors.push(error) }, handler);
    watches.push(subscription);
    return subscription;
  }

  it('gets, describes and lists objects', async () => {
    const put = await store.put('a/b.txt', Buffer.from('hello'), { contentType: 'text/plain' });
    expect(await storage.metadata(BUCKET, 'a/b.txt')).toMatchObject({
      size: 5,
      contentType: 'text/plain',
      etag: put.etag,
    });
    expect((await buffer((await storage.get(BUCKET, 'a/b.txt')).body)).toString()).toBe('hello');
    expect((await buffer((await storage.get(BUCKET, 'a/b.txt', { start: 1, end: 3 })).body)).toString()).toBe('ell');
    await store.put('c.txt', Buffer.from('x'));
    const first = await storage.list(BUCKET, '', { limit: 1 });
    expect(first.objects.map(({ path }) => path)).toEqual(['a/b.txt']);
    expect((await storage.list(BUCKET, '', { after: first.next })).objects.map(({ path }) => path)).toEqual(['c.txt']);
    await store.delete('a/b.txt');
    await expect(storage.metadata(BUCKET, 'a/b.txt')).rejects.toMatchObject({ code: 'not_found' });
    await expect(storage.get('nobody', 'c.txt')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('notifies of what is created, changed and removed, also between two runs, once', async () => {
    const seen: string[] = [];
    const note = async ({ type, key }: ObjectNotification): Promise<void> => void seen.push(`${type} ${key}`);
    await store.put('in/a', Buffer.from('1'));
    await store.put('out/b', Buffer.from('1'));
    const subscription = watch(note, 'in/');
    await subscription.settled();
    await store.put('in/c', Buffer.from('1'));
    await store.put('in/a', Buffer.from('changed'));
    await subscription.settled();
    await subscription.stop();
    expect(seen.splice(0).sort()).toEqual(['created in/a', 'created in/a', 'created in/c']);

    await store.delete('in/a');
    await store.put('in/d', Buffer.from('1'));
    storage = openStorage();
    await store.ensureReady();
    const again = watch(note, 'in/');
    await again.settled();
    await again.settled();
    expect(seen.sort()).toEqual(['created in/d', 'removed in/a']);
    expect(errors).toEqual([]);
  });

  it('repeats what its handler failed on, and nothing else', async () => {
    await store.put('a', Buffer.from('1'));
    await store.put('b', Buffer.from('1'));
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

  it('is complete beyond a page of 1,000 objects', async () => {
    const count = 1_050;
    const keys = Array.from({ length: count }, (_, index) => `k/${String(index).padStart(5, '0')}`);
    for (let start = 0; start < count; start += 50) {
      await Promise.all(keys.slice(start, start + 50).map((key) => store.put(key, Buffer.from('1'))));
    }
    const created = new Set<string>();
    const removed: string[] = [];
    const subscription = watch(async ({ type, key }) => {
      if (type === 'created') created.add(key);
      else removed.push(key);
    });
    await subscription.settled();
    expect(created.size).toBe(count);
    await store.delete(keys[0] ?? '');
    await store.delete(keys.at(-1) ?? '');
    await subscription.settled();
    expect(removed.sort()).toEqual([keys[0], keys.at(-1)]);
    expect(errors).toEqual([]);
  });
});
