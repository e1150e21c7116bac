import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Store } from '../../../src/media/s3-store.ts';
import { ObjectStorage } from '../../../src/features/search/repositories/object-storage.ts';
import { findS3Server, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { openSearchWorld, type SearchWorld } from '../../support/search/search-world.ts';

const BUCKET = 'media';

const binary = findS3Server();
if (binary === undefined) {
  console.warn('Tests of the object storage on S3 are skipped: .ci/versitygw.sh installs the S3 server they need.');
}

describe.skipIf(binary === undefined)('the object storage on a real S3 server', () => {
  let server: S3Server;
  let store: S3Store;
  let world: SearchWorld;
  let storage: ObjectStorage;

  beforeAll(async () => {
    server = await startS3Server(binary ?? '');
    world = await openSearchWorld();
    store = new S3Store({
      backend: { id: randomUUID(), store_type: 'http_object_store', provider: 'p', store_product: 'x' },
      ...server,
      bucket: BUCKET,
      prefix: '',
      forcePathStyle: true,
      expiresS: 600,
      gridS: 1,
      urlCacheMax: 10,
      requestTimeoutMs: 5_000,
      maxAttempts: 2,
      maxSockets: 20,
      breakerFailures: 3,
      breakerResetMs: 300,
    });
    storage = new ObjectStorage(new Map([[BUCKET, store]]), world.manager);
    await store.ensureReady();
  });
  afterAll(async () => {
    await store.close();
    await world.dispose();
    await server.close();
  });

  it('does what it does on files', async () => {
    const { etag } = await store.put('a/b.txt', Buffer.from('hello'), { contentType: 'text/plain' });
    expect(await storage.metadata(BUCKET, 'a/b.txt')).toMatchObject({ etag, size: 5, contentType: 'text/plain' });
    expect((await buffer((await storage.get(BUCKET, 'a/b.txt', { start: 1, end: 2 })).body)).toString()).toBe('el');
    await expect(storage.get(BUCKET, 'a/c.txt')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lists and notifies beyond the 1,000 objects of a page', async () => {
    const keys = Array.from({ length: 1_030 }, (_, index) => `many/${String(index).padStart(5, '0')}`);
    for (let start = 0; start < keys.length; start += 20) {
      await Promise.all(keys.slice(start, start + 20).map((key) => store.put(key, Buffer.from('1'))));
    }
    const first = await storage.list(BUCKET, 'many/');
    const rest = await storage.list(BUCKET, 'many/', { after: first.next });
    expect([...first.objects, ...rest.objects].map(({ path }) => path)).toEqual(keys);
    const seen: string[] = [];
    const errors: unknown[] = [];
    const subscription = storage.subscribe(
      { name: 'many', bucket: BUCKET, prefix: 'many/', intervalMs: 60_000, onError: (error) => errors.push(error) },
      async ({ type, key }) => void seen.push(`${type} ${key}`),
    );
    await subscription.settled();
    expect(seen.splice(0).sort()).toEqual(keys.map((key) => `created ${key}`));
    await store.delete(keys[500] ?? '');
    await store.put(keys[1_020] ?? '', Buffer.from('changed'));
    await subscription.settled();
    await subscription.stop();
    expect(seen.sort()).toEqual([`created ${keys[1_020]}`, `removed ${keys[500]}`]);
    expect(errors).toEqual([]);
  });
});
