import { createHash, randomBytes } from 'node:crypto';
import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { S3Client, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AppError } from '../../../src/shared/errors.ts';
import { S3Store, type S3StoreOptions } from '../../../src/media/s3-store.ts';
import { findS3Server, freePort, startS3Server, type S3Server } from '../../support/s3-server.ts';

const backend = {
  id: '5f3c1a9e-0b1d-4c2e-8f3a-4b5c6d7e8f90',
  store_type: 'http_object_store',
  provider: 'test',
  store_product: 'versitygw',
} as const;
const flowId = '4f8a0b3e-6d2c-4a55-9f5d-1f2e3d4c5b6a';
const limits = {
  expiresS: 600,
  gridS: 1,
  urlCacheMax: 100,
  requestTimeoutMs: 5000,
  maxAttempts: 2,
  maxSockets: 20,
  breakerFailures: 3,
  breakerResetMs: 300,
};

function open(place: Pick<S3Server, 'endpoint'>, more: Partial<S3StoreOptions> = {}): S3Store {
  const keys = { region: 'us-east-1', accessKeyId: 'test-access', secretAccessKey: 'test-secret' };
  const { endpoint } = place;
  return new S3Store({
    backend,
    ...keys,
    bucket: 'media',
    prefix: 'tams',
    forcePathStyle: true,
    ...limits,
    endpoint,
    ...more,
  });
}

const pathOf = (store: S3Store, objectId: string): string =>
  store.makeStoragePath({ flowId, objectId, container: 'video/mp2t', allocatedAt: new Date('2025-01-02T03:04:05Z') });

const binary = findS3Server();
if (binary === undefined) {
  console.warn('Tests of the S3 store are skipped: .ci/versitygw.sh installs the S3 server that they need.');
}

describe.skipIf(binary === undefined)('S3Store on a real S3 server', () => {
  let server: S3Server;
  let store: S3Store;

  beforeAll(async () => {
    server = await startS3Server(binary ?? '');
    store = open(server);
    await store.ensureReady();
  });

  afterAll(async () => {
    await store.close();
    await server.close();
  });

  it('reads while there are no credentials yet to sign with', async () => {
    await store.put(pathOf(store, 'early'), Buffer.from('early'));
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretAccessKey);
    onTestFinished(() => void vi.unstubAllEnvs());
    const starting = open(server, { accessKeyId: undefined, secretAccessKey: undefined });
    onTestFinished(() => starting.close());
    expect(() => starting.presignOwn('any')).toThrow('no valid credentials');
    expect(await text((await starting.get(pathOf(store, 'early'))).body)).toBe('early');
  });

  it('creates the bucket once, and finds it the next time', async () => {
    const other = open(server, { bucket: 'another' });
    await expect(other.health()).rejects.toMatchObject({ code: 'media_store_unavailable' });
    await other.ensureReady();
    await other.ensureReady();
    await other.health();
    await other.close();
  });

  it.each(['plain-id', 'a/b c+é%2F~(1)', '..', "it's 100%"])(
    'takes the object id %j through a signed PUT and a signed GET over HTTP',
    async (objectId) => {
      const path = pathOf(store, objectId);
      expect(path.startsWith(`tams/${flowId}/2025/01/02/`)).toBe(true);
      const bytes = randomBytes(100_000);
      const upload = store.presignPut(path, 'video/mp2t');
      expect(upload['content-type']).toBe('video/mp2t');
      const put = await fetch(upload.url, { method: 'PUT', body: bytes, headers: { 'content-type': 'video/mp2t' } });
      expect([put.status, await put.text()]).toEqual([200, '']);

      const url = store.presignGet(path);
      expect(JSON.stringify(url)).toBe(`"${url}"`);
      const got = await fetch(url);
      expect([got.status, got.headers.get('content-type')]).toEqual([200, 'video/mp2t']);
      expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
      const etag = createHash('md5').update(bytes).digest('hex');
      expect(await store.head(path)).toMatchObject({ size: 100_000, contentType: 'video/mp2t', etag });
    },
  );

  it('has the store refuse an upload of another content type than the signed one, and altered URLs', async () => {
    const { url } = store.presignPut('tams/refused', 'video/mp2t');
    const put = (to: string, type: string) =>
      fetch(to, { method: 'PUT', body: 'x', headers: { 'content-type': type } });
    expect((await put(url, 'text/html')).status).toBe(403);
    expect((await put(url.replace('refused', 'altered'), 'video/mp2t')).status).toBe(403);
    expect((await fetch(url)).status).toBe(403);
    expect(await store.head('tams/refused')).toBeUndefined();
  });

  it('lets clients name the MD5 of what they upload, which the store checks, and no header of S3 that is not signed', async () => {
    const bytes = randomBytes(1000);
    const md5 = createHash('md5').update(bytes).digest('base64');
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const put = async (headers: Record<string, string>, body = bytes): Promise<[number, string | undefined]> => {
      const { url } = store.presignPut('tams/checked', undefined);
      const answer = await fetch(url, { method: 'PUT', body, headers });
      return [answer.status, /<Code>(.*)<.Code>/.exec(await answer.text())?.[1]];
    };
    expect(await put({ 'content-md5': md5 }, randomBytes(1000))).toEqual([400, 'BadDigest']);
    // As AWS does. So clients cannot choose these, since a URL is signed before there are bytes.
    expect(await put({ 'x-amz-checksum-sha256': sha256 })).toEqual([403, 'AccessDenied']);
    expect(await store.head('tams/checked')).toBeUndefined();
    expect(await put({ 'content-md5': md5 })).toEqual([200, undefined]);
  });

  it('signs the public endpoint into URLs, and talks to the internal one', async () => {
    const split = open(server, {
      publicEndpoint: 'https://media.example:8443',
      publicBaseUrl: 'https://cdn.example/m',
    });
    expect(split.presignGet('tams/x').startsWith('https://media.example:8443/media/tams/x?')).toBe(true);
    expect(split.presignPut('tams/x', undefined).url.startsWith('https://media.example:8443/media/tams/x?')).toBe(true);
    expect(split.publicUrl('tams/a%2Fb')).toBe('https://cdn.example/m/tams/a%252Fb');
    expect(store.publicUrl('tams/x')).toBeUndefined();
    await split.health();
    await split.close();
  });

  it('keeps signed URLs for a window', () => {
    const caching = open(server, { gridS: 3600 });
    const first = caching.presignGet('tams/x');
    expect(caching.presignGet('tams/x')).toBe(first);
    expect(caching.statistics().urls).toEqual({ hits: 1, misses: 1, entries: 1 });
    const paths = ['tams/a', 'tams/x', 'tams/b', 'tams/c', 'tams/d', 'tams/e'];
    const urls = caching.presignGets(paths);
    expect(urls[1]).toBe(first);
    expect(urls).toEqual(paths.map((path) => caching.presignGet(path)));
    expect(caching.statistics().urls).toEqual({ hits: 8, misses: 6, entries: 6 });
  });

  it('puts bytes and streams of unknown length, also in several parts, and reads them back whole or in ranges', async () => {
    const bytes = randomBytes(20 * 1024 * 1024 + 17);
    const chunks = Array.from({ length: 21 }, (_, i) => bytes.subarray(i << 20, (i + 1) << 20));
    const stored = await store.put('tams/large', Readable.from(chunks), { contentType: 'video/mp4' });
    expect(stored).toMatchObject({ size: bytes.length, contentType: 'video/mp4' });
    expect(stored.etag).toMatch(/^[0-9a-f]{32}-3$/);
    const { body, size } = await store.get('tams/large');
    expect(size).toBe(bytes.length);
    expect((await buffer(body)).equals(bytes)).toBe(true);

    const part = await store.get('tams/large', { start: 9_000_000, end: 9_000_099 });
    expect(part.size).toBe(bytes.length);
    expect((await buffer(part.body)).equals(bytes.subarray(9_000_000, 9_000_100))).toBe(true);
    const end = await store.get('tams/large', { start: bytes.length - 5 });
    expect((await buffer(end.body)).equals(bytes.subarray(-5))).toBe(true);
    await expect(store.get('tams/large', { start: bytes.length })).rejects.toMatchObject({
      code: 'range_not_satisfiable',
    });

    await store.put('tams/small', Buffer.from('small'));
    expect((await buffer((await store.get('tams/small')).body)).toString()).toBe('small');
    await store.put('tams/empty', Readable.from([]));
    expect(await store.head('tams/empty')).toMatchObject({ size: 0 });
  });

  it('leaves neither an object nor parts of an upload that breaks off', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 20; i++) yield randomBytes(1 << 20);
      throw new Error('connection reset');
    }
    await expect(store.put('tams/broken', Readable.from(broken()))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await store.head('tams/broken')).toBeUndefined();
    const { endpoint, region, accessKeyId, secretAccessKey } = server;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'media' }));
    client.destroy();
    expect(Uploads).toEqual([]);
  });

  it('does not know objects that were never written', async () => {
    expect(await store.head('tams/none')).toBeUndefined();
    await expect(store.get('tams/none')).rejects.toMatchObject({ code: 'not_found' });
    await store.delete('tams/none');
  });

  it('lists and deletes more objects than fit into one request', async () => {
    const paths = Array.from({ length: 1203 }, (_, i) => `bulk/object-${String(i).padStart(5, '0')}`);
    const queue = paths.values();
    const worker = async () => {
      for (const path of queue) await fetch(store.presignPut(path, undefined).url, { method: 'PUT', body: 'x' });
    };
    await Promise.all(Array.from({ length: 16 }, worker));

    const seen: string[] = [];
    let pages = 0;
    for (let after: string | undefined; pages === 0 || after !== undefined; pages++) {
      const page = await store.list('bulk/', { limit: 5000, after });
      expect(page.objects[0]).toMatchObject({ size: 1, etag: createHash('md5').update('x').digest('hex') });
      seen.push(...page.objects.map(({ path }) => path));
      after = page.next;
    }
    expect(pages).toBe(2);
    expect(seen).toEqual(paths);
    const { objects, next } = await store.list('bulk/', { limit: 10, after: 'bulk/object-00009' });
    expect([objects[0]?.path, objects.length, next]).toEqual(['bulk/object-00010', 10, 'bulk/object-00019']);

    expect(await store.deleteMany([...paths, 'bulk/none'])).toEqual([]);
    expect(await store.list('bulk/')).toEqual({ objects: [] });
  });

  it('counts and times its operations', async () => {
    const counted = open(server);
    await counted.head('tams/none');
    await counted.get('tams/none').catch(() => undefined);
    await counted.close();
    const snapshot = counted.metrics.snapshot();
    expect(snapshot.get('head')).toMatchObject({ failures: 0, durations: { count: 1 } });
    expect(snapshot.get('get')).toMatchObject({ failures: 1, durations: { count: 1 } });
    expect(snapshot.get('get')?.durations.sumMs).toBeGreaterThan(0);
  });

  it('reads with a URL of its own, and by the command of the SDK where that is refused', async () => {
    const asked: ('url' | 'command')[] = [];
    let refusesUrls = false;
    const between = createHttpServer((incoming, outgoing) => {
      const { method, url = '', headers } = incoming;
      asked.push(headers.authorization === undefined ? 'url' : 'command');
      if (refusesUrls && url.includes('X-Amz-Signature=')) return void outgoing.writeHead(403).end('<Error/>');
      // Signatures are of the host that was asked.
      const onward = request(server.endpoint + url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void between.close());
    const seen = open({ endpoint: `http://127.0.0.1:${(between.address() as AddressInfo).port}` });
    const path = "tams/read by a URL/it's 100%";
    await store.put(path, Buffer.from('0123456789'), { contentType: 'video/mp4' });
    for (const [refuses, requests] of [
      [false, ['url']],
      [true, ['url', 'command']],
    ] as const) {
      refusesUrls = refuses;
      const { body, ...info } = await seen.get(path, { start: 2, end: 5 });
      expect(await text(body)).toBe('2345');
      const { size, contentType, etag, lastModified } = (await store.head(path)) ?? {};
      expect(info).toMatchObject({ size, contentType, etag, lastModified });
      expect(asked.splice(0)).toEqual(requests);
    }
    expect(seen.metrics.snapshot().get('get')).toMatchObject({ failures: 0, durations: { count: 2 } });
    await seen.close();
  });

  it('reports wrong keys as unavailable, without the keys, and does not take them for a store that is down', async () => {
    const wrong = open(server, { secretAccessKey: 'wrong-secret' });
    for (let i = 0; i < limits.breakerFailures + 2; i++) {
      const attempt = wrong.get('tams/x');
      await expect(attempt).rejects.toMatchObject({ code: 'media_store_unavailable' });
      await expect(attempt).rejects.toThrow('refused the request (403 SignatureDoesNotMatch)');
      await expect(attempt).rejects.not.toThrow('wrong-secret');
    }
    await wrong.close();
  });
});

describe.skipIf(binary === undefined)('S3Store on a server that goes down', () => {
  it('fails fast while the server is down, names all that could not be deleted, and works when it is back', async () => {
    const server = await startS3Server(binary ?? '');
    const store = open(server, { maxAttempts: 1 });
    try {
      await store.ensureReady();
      await store.put('tams/kept', Buffer.from('kept'));
      await server.stop();

      for (let i = 0; i < limits.breakerFailures; i++) {
        await expect(store.head('tams/kept')).rejects.toMatchObject({ code: 'media_store_unavailable' });
      }
      const refused = store.head('tams/kept');
      await expect(refused).rejects.toMatchObject({ code: 'media_store_unavailable', retryAfterS: 1 });
      const failed = await store.deleteMany(['tams/kept', 'tams/other']);
      expect(failed.map(({ path }) => path)).toEqual(['tams/kept', 'tams/other']);
      expect(store.presignGet('tams/kept')).toContain('X-Amz-Signature=');

      await server.start();
      await expect.poll(() => store.head('tams/kept').catch(() => undefined)).toMatchObject({ size: 4 });
      await store.health();
    } finally {
      await store.close();
      await server.close();
    }
  });
});

describe('S3Store on a server that does not answer', () => {
  let hanging: Server;
  let endpoint: string;

  beforeAll(async () => {
    const port = await freePort();
    hanging = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => hanging.listen(port, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${port}`;
  });

  afterAll(() => {
    hanging.close();
  });

  it('gives up after the timeout of every attempt', async () => {
    const store = open({ endpoint }, { requestTimeoutMs: 200, maxAttempts: 2 });
    const start = performance.now();
    await expect(store.head('tams/x')).rejects.toMatchObject({ code: 'media_store_unavailable' });
    expect(performance.now() - start).toBeGreaterThan(390);
    await store.close();
  });

  it('stops asking after some timeouts in a row', async () => {
    const store = open({ endpoint }, { requestTimeoutMs: 100, maxAttempts: 1, breakerResetMs: 600_000 });
    for (let i = 0; i < limits.breakerFailures; i++) {
      await expect(store.get('tams/x')).rejects.toThrow('did not answer in time');
    }
    await expect(store.get('tams/x')).rejects.toThrow('is not asked for a while');
    const { retryAfterS } = (await store.get('tams/x').catch((error: unknown) => error)) as AppError;
    expect(retryAfterS).toBeGreaterThan(0);
    expect(retryAfterS).toBeLessThanOrEqual(600);
    expect(store.metrics.snapshot().get('get')).toMatchObject({ failures: 5, durations: { count: 5 } });
    await store.close();
  });
});
