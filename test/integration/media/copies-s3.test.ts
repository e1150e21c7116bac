import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open as openFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyObject } from '../../../src/media/copies/copy-object.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import type { MediaStore, ObjectInfo, UploadOptions } from '../../../src/media/media-store.ts';
import { S3Store, type S3StoreOptions } from '../../../src/media/s3-store.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { findS3Server, startS3Server, type S3Server } from '../../support/s3-server.ts';

const binary = findS3Server();
if (binary === undefined) {
  console.warn(
    'Tests of copies between S3 stores are skipped: .ci/versitygw.sh installs the S3 server that they need.',
  );
}
const describeBackend = (id: string) =>
  ({ id, store_type: 'http_object_store', provider: 'test', store_product: 'test' }) as const;
const never = new AbortController().signal;
/** Three parts. */
const large = randomBytes(20 * 2 ** 20 + 17);

describe.skipIf(binary === undefined)('copies', () => {
  let directory: string;
  let here: S3Server;
  let there: S3Server;
  let local: LocalMediaStore;
  const opened: S3Store[] = [];

  const localOptions = () => {
    const limits = { expiresS: 60, gridS: 1, maxObjectBytes: 100_000_000, urlCacheMax: 10 };
    return { directory, secret: 'secret', ...limits };
  };

  async function openS3(server: S3Server, bucket: string, more: Partial<S3StoreOptions> = {}): Promise<S3Store> {
    const { endpoint, region, accessKeyId, secretAccessKey } = server;
    const store = new S3Store({
      ...{ endpoint, region, accessKeyId, secretAccessKey, bucket },
      backend: describeBackend(`${endpoint}/${bucket}`),
      prefix: 'tams',
      forcePathStyle: true,
      ...{ expiresS: 600, gridS: 1, urlCacheMax: 100, requestTimeoutMs: 5000, maxAttempts: 1 },
      ...{ maxSockets: 20, breakerFailures: 3, breakerResetMs: 300 },
      ...more,
    });
    opened.push(store);
    await store.ensureReady();
    return store;
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'copies-s3-'));
    [here, there] = await Promise.all([startS3Server(binary ?? ''), startS3Server(binary ?? '')]);
    local = new LocalMediaStore({ backend: describeBackend('local'), ...localOptions() });
    await local.ensureReady();
  });

  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await Promise.all([here.close(), there.close()]);
    await rm(directory, { recursive: true });
  });

  const clientOf = ({ endpoint, region, accessKeyId, secretAccessKey }: S3Server): S3Client =>
    new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });

  async function uploadsLeft(server: S3Server, bucket: string): Promise<unknown[]> {
    const client = clientOf(server);
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    client.destroy();
    return Uploads;
  }

  async function expectCopy(store: MediaStore, path: string, bytes: Buffer, contentType: string): Promise<void> {
    const got = await store.get(path);
    expect(got.contentType).toBe(contentType);
    expect((await buffer(got.body)).equals(bytes)).toBe(true);
  }

  it('go from a folder to a bucket, on to another service, and back to the folder', async () => {
    const [near, far] = [await openS3(here, 'near'), await openS3(there, 'far')];
    await local.put('a/first', large, { contentType: 'video/mp2t' });
    const expected = { size: large.length, contentType: 'video/mp2t' };
    expect(await copyObject({ store: local, storagePath: 'a/first' }, near, 'tams/x', never)).toEqual(expected);
    expect(await copyObject({ store: near, storagePath: 'tams/x' }, far, 'tams/y', never)).toEqual(expected);
    expect(await copyObject({ store: far, storagePath: 'tams/y' }, local, 'a/back', never)).toEqual(expected);
    await expectCopy(local, 'a/back', large, 'video/mp2t');
    const none = copyObject({ store: far, storagePath: 'tams/none' }, near, 'tams/z', never);
    await expect(none).rejects.toMatchObject({ name: 'CopyError', retryable: true });
  });

  it('stay within a service that has both buckets', async () => {
    const [one, two] = [await openS3(here, 'one'), await openS3(here, 'two')];
    await one.put('tams/odd é', large, { contentType: 'audio/aac' });
    const copied = await copyObject({ store: one, storagePath: 'tams/odd é' }, two, 'tams/copy é', never);
    expect(copied).toEqual({ size: large.length, contentType: 'audio/aac' });
    expect(one.metrics.snapshot().has('get')).toBe(false);
    expect(two.metrics.snapshot().has('put')).toBe(false);
    await expectCopy(two, 'tams/copy é', large, 'audio/aac');
    const none = copyObject({ store: one, storagePath: 'tams/none' }, two, 'tams/z', never);
    await expect(none).rejects.toMatchObject({ name: 'CopyError', retryable: false });
  });

  it('are held against the checksum that S3 has of an object', async () => {
    const store = await openS3(here, 'checked');
    const client = clientOf(here);
    const [bytes, ChecksumSHA256] = [
      large.subarray(0, 1000),
      createHash('sha256').update(large.subarray(0, 1000)).digest('base64'),
    ];
    await client.send(new PutObjectCommand({ Bucket: 'checked', Key: 'tams/x', Body: bytes, ChecksumSHA256 }));
    client.destroy();
    expect(await store.head('tams/x')).toMatchObject({ checksum: { algorithm: 'sha256', value: ChecksumSHA256 } });
    await copyObject({ store, storagePath: 'tams/x' }, local, 'a/checked', never);
    expect(await local.head('a/checked')).toMatchObject({ size: 1000 });
  });

  it('leave neither an object nor parts where the source has rotted on its disk, or they are aborted', async () => {
    const far = await openS3(there, 'aborted');
    await local.put('a/source', large);
    const file = await openFile(join(directory, 'a/source'), 'r+');
    await file.write(Buffer.from([255 - large.readUInt8(9)]), 0, 1, 9);
    await file.close();
    const rotten = copyObject({ store: local, storagePath: 'a/source' }, far, 'tams/x', never);
    await expect(rotten).rejects.toMatchObject({ message: 'The bytes of the source do not have its sha256.' });
    expect([await far.head('tams/x'), await uploadsLeft(there, 'aborted')]).toEqual([undefined, []]);
    const controller = new AbortController();
    const reason = new Error('the server stops');
    const copy = copyObject({ store: local, storagePath: 'a/source' }, far, 'tams/x', controller.signal);
    await expect.poll(() => uploadsLeft(there, 'aborted'), { interval: 1 }).toHaveLength(1);
    controller.abort(reason);
    await expect(copy).rejects.toBe(reason);
    expect(await far.head('tams/x')).toBeUndefined();
    expect(await uploadsLeft(there, 'aborted')).toEqual([]);
  });

  it('say that a retry may help where a store breaks off, and leave nothing in the folder', async () => {
    const proxy = await startTcpProxy(Number(new URL(there.endpoint).port));
    const cut = await openS3({ ...there, endpoint: `http://127.0.0.1:${proxy.port}` }, 'cut');
    await cut.put('tams/x', large);
    const begun = Promise.withResolvers<unknown>();
    const goOn = Promise.withResolvers<unknown>();
    async function* paused(body: Readable): AsyncGenerator {
      for await (const chunk of body) {
        begun.resolve(chunk);
        await goOn.promise;
        yield chunk;
      }
    }
    class PausedStore extends LocalMediaStore {
      override put(to: string, body: Readable, options: UploadOptions): Promise<ObjectInfo> {
        return super.put(to, Readable.from(paused(body)), options);
      }
    }
    const target = new PausedStore({ ...localOptions(), backend: describeBackend('paused') });
    const copy = copyObject({ store: cut, storagePath: 'tams/x' }, target, 'a/cut', never);
    await begun.promise;
    proxy.cut();
    goOn.resolve(undefined);
    await expect(copy).rejects.toMatchObject({
      name: 'CopyError',
      retryable: true,
      message: expect.stringContaining('broke off') as string,
    });
    expect(await local.head('a/cut')).toBeUndefined();
    expect(await readdir(join(directory, '.uploads'))).toEqual([]);
    await proxy.close();
  });

  it('say that a retry may help while a store is down, and leave nothing in the folder', async () => {
    const far = await openS3(there, 'down');
    await far.put('tams/x', large);
    await there.stop();
    const copy = copyObject({ store: far, storagePath: 'tams/x' }, local, 'a/down', never);
    await expect(copy).rejects.toMatchObject({ name: 'CopyError', retryable: true });
    expect(await local.head('a/down')).toBeUndefined();
    expect(await readdir(join(directory, '.uploads'))).toEqual([]);
    await there.start();
  });
});
