import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mediaRoutes } from '../../../src/media/routes/media-routes.ts';
import type { UploadOptions } from '../../../src/media/media-store.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';

const backend = {
  id: '5f3c1a9e-0b1d-4c2e-8f3a-4b5c6d7e8f90',
  store_type: 'http_object_store',
  provider: 'local',
  store_product: 'files',
} as const;
const path = 'flow/2025/01/02/a%2Fb%25 c%C3%A9';

let directory: string;
let store: LocalMediaStore;
let app: FastifyInstance;
let base: string;
let nowMs: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'media-routes-'));
  const limits = { expiresS: 600, gridS: 1, maxObjectBytes: 5_000_000, urlCacheMax: 100 };
  store = new LocalMediaStore({ backend, directory, secret: 'secret', clock: () => nowMs, ...limits });
  await store.ensureReady();
  app = Fastify({ routerOptions: { maxParamLength: 4096 } });
  app.setErrorHandler((error, _request, reply) => {
    const [status, type] = error instanceof AppError ? [error.status, error.code] : [500, String(error)];
    const field = error instanceof AppError ? error.field : undefined;
    return reply.code(status).send({ type, field });
  });
  const upload = (media: LocalMediaStore, to: string, body: Readable, options: UploadOptions) =>
    media.put(to, body, options);
  await app.register(mediaRoutes, { localMedia: new Map([[backend.id, store]]), upload });
  base = await app.listen({ port: 0, host: '127.0.0.1' });
});

afterAll(async () => {
  await app.close();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  nowMs = Date.now();
});

async function uploaded(bytes: Buffer, contentType = 'video/mp2t'): Promise<string> {
  await store.put(path, bytes, { contentType });
  return store.presignGet(path, base);
}

async function uploadsInProgress(): Promise<string[]> {
  return readdir(join(directory, '.uploads'));
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  await expect.poll(check, { interval: 10 }).toBe(true);
}

describe('PUT', () => {
  it('keeps the bytes and the content type under the signed URL, and answers with their ETag', async () => {
    const bytes = randomBytes(1_000_000);
    const { url } = store.presignPut(path, 'video/mp2t', base);
    const put = await fetch(url, { method: 'PUT', body: bytes, headers: { 'content-type': 'video/mp2t' } });
    expect(put.status).toBe(200);
    expect(await put.text()).toBe('');
    const got = await fetch(store.presignGet(path, base));
    expect(got.status).toBe(200);
    expect(got.headers.get('content-type')).toBe('video/mp2t');
    expect(got.headers.get('etag')).toBe(put.headers.get('etag'));
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it.each(['application/json', 'text/plain', undefined])('takes any content type (%s) as it comes', async (type) => {
    const { url } = store.presignPut(path, type, base);
    const headers = type === undefined ? undefined : { 'content-type': type };
    const put = await fetch(url, { method: 'PUT', body: new Blob(['{not json']), headers });
    expect(put.status).toBe(200);
    const got = await fetch(store.presignGet(path, base));
    expect(got.headers.get('content-type')).toBe(type ?? 'application/octet-stream');
    expect(await got.text()).toBe('{not json');
  });

  it('takes an empty object', async () => {
    const { url } = store.presignPut(path, undefined, base);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(200);
    const got = await fetch(store.presignGet(path, base));
    expect([got.status, got.headers.get('content-length'), await got.text()]).toEqual([200, '0', '']);
  });

  it('refuses another content type than the signed one', async () => {
    const { url } = store.presignPut(path, 'video/mp2t', base);
    for (const headers of [{ 'content-type': 'text/html' }, undefined]) {
      const put = await fetch(url, { method: 'PUT', body: Buffer.from('x'), headers });
      expect([put.status, await put.json()]).toEqual([403, { type: 'invalid_signature' }]);
    }
  });

  it('waits for 100-continue clients', async () => {
    const { url } = store.presignPut(path, undefined, base);
    const client = request(url, { method: 'PUT', headers: { expect: '100-continue', 'content-length': 5 } });
    client.once('continue', () => client.end('hello'));
    expect((await responseOf(client)).statusCode).toBe(200);
    expect(await (await fetch(store.presignGet(path, base))).text()).toBe('hello');
  });

  it('refuses what is too large: announced at once, unannounced as soon as it is', async () => {
    const before = await store.put(path, Buffer.from('before'));
    const { url } = store.presignPut(path, undefined, base);
    const announced = request(url, { method: 'PUT', headers: { 'content-length': 5_000_001 } });
    announced.flushHeaders();
    expect((await responseOf(announced)).statusCode).toBe(413);
    announced.destroy();

    const unannounced = request(url, { method: 'PUT' });
    unannounced.write(Buffer.alloc(5_000_001));
    expect((await responseOf(unannounced)).statusCode).toBe(413);
    unannounced.destroy();
    expect(await store.head(path)).toEqual(before);
    expect(await uploadsInProgress()).toEqual([]);
  });

  it('leaves nothing of an upload whose client goes away', async () => {
    await store.delete(path);
    const { url } = store.presignPut(path, undefined, base);
    const client = request(url, { method: 'PUT', headers: { 'content-length': 1_000_000 } });
    client.on('error', () => undefined);
    client.write(Buffer.alloc(100_000));
    await eventually(async () => (await uploadsInProgress()).length === 1);
    client.destroy();
    await eventually(async () => (await uploadsInProgress()).length === 0);
    expect(await store.head(path)).toBeUndefined();
  });
});

describe('PUT with checksums', () => {
  const bytes = randomBytes(300_000);
  const hash = (algorithm: string): string => createHash(algorithm).update(bytes).digest('base64');
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(bytes));
  const put = (headers: Record<string, string>, body = bytes): Promise<Response> =>
    fetch(store.presignPut(path, undefined, base).url, { method: 'PUT', body, headers });

  it.each<[string, string]>([
    ['content-md5', hash('md5')],
    ['content-digest', `sha-256=:${hash('sha256')}:`],
    ['repr-digest', `sha-512=:${hash('sha512')}:, unixsum=:AAAA:, sha-256=:${hash('sha256')}:;q=1`],
    ['x-amz-checksum-sha256', hash('sha256')],
    ['x-amz-checksum-sha1', hash('sha1')],
    ['x-amz-checksum-crc32', crc.toString('base64')],
  ])('takes the bytes that %s is of, and keeps nothing of others', async (name, value) => {
    await store.delete(path);
    const wrong = Buffer.from(bytes);
    wrong[150_000] = (wrong[150_000] ?? 0) ^ 1;
    const refused = await put({ [name]: value }, wrong);
    expect([refused.status, await refused.json()]).toEqual([400, { type: 'checksum_mismatch' }]);
    expect(await store.head(path)).toBeUndefined();
    expect(await uploadsInProgress()).toEqual([]);
    expect((await put({ [name]: value })).status).toBe(200);
    expect(await store.head(path)).toMatchObject({ size: bytes.length });
  });

  it('refuses a second wrong one beside a right one, and keeps what was there', async () => {
    await uploaded(Buffer.from('before'));
    const refused = await put({ 'content-md5': hash('md5'), 'x-amz-checksum-sha1': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' });
    expect(refused.status).toBe(400);
    expect(await store.head(path)).toMatchObject({ size: 6 });
  });

  it.each([
    ['content-md5', 'abc'],
    ['content-md5', hash('sha256')],
    ['content-digest', 'unixsum=:AAAA:'],
    ['content-digest', 'sha-256=AAAA'],
    ['x-amz-checksum-crc64nvme', 'AAAAAAAAAAA='],
    ['x-amz-checksum-sha256', `${hash('sha256')}-2`],
  ])('refuses what it cannot check: %s of %s', async (name, value) => {
    const refused = await put({ [name]: value });
    expect([refused.status, await refused.json()]).toEqual([400, { type: 'invalid_request', field: name }]);
  });

  it('takes an algorithm without a checksum, and shows the SHA-256 of all bytes from then on', async () => {
    const answers = [await put({ 'x-amz-checksum-algorithm': 'SHA256' })];
    const url = store.presignGet(path, base);
    answers.push(await fetch(url), await fetch(url, { method: 'HEAD' }));
    answers.push(await fetch(url, { headers: { range: 'bytes=5-9' } }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 206]);
    for (const { headers } of answers) expect(headers.get('repr-digest')).toBe(`sha-256=:${hash('sha256')}:`);
  });
});

describe('GET and HEAD', () => {
  const bytes = Buffer.from('abcdefghij');

  it('describe the object alike, and HEAD has no body', async () => {
    const url = await uploaded(bytes);
    const get = await fetch(url);
    const head = await fetch(url, { method: 'HEAD' });
    const names = ['etag', 'content-type', 'content-length', 'last-modified', 'accept-ranges'];
    expect(names.map((name) => head.headers.get(name))).toEqual(names.map((name) => get.headers.get(name)));
    expect(get.headers.get('content-length')).toBe('10');
    expect(get.headers.get('accept-ranges')).toBe('bytes');
    // The seconds that the URL is still good for: a second may have passed between the two.
    for (const { headers } of [get, head]) {
      const maxAge = Number(/^private, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '')?.[1]);
      expect(maxAge).toBeGreaterThan(0);
      expect(maxAge).toBeLessThanOrEqual(600);
    }
    expect(await head.text()).toBe('');
    expect(await get.text()).toBe('abcdefghij');
  });

  it.each([
    ['bytes=0-3', 'abcd', 'bytes 0-3/10'],
    ['bytes=8-', 'ij', 'bytes 8-9/10'],
    ['bytes=-3', 'hij', 'bytes 7-9/10'],
    ['bytes=-100', 'abcdefghij', 'bytes 0-9/10'],
    ['bytes=9-99', 'j', 'bytes 9-9/10'],
  ])('send the range %s', async (range, text, contentRange) => {
    const url = await uploaded(bytes);
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(url, { method, headers: { range } });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(contentRange);
      expect(response.headers.get('content-length')).toBe(String(text.length));
      expect(await response.text()).toBe(method === 'GET' ? text : '');
    }
  });

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=9999999999999999-'])('cannot satisfy %s', async (range) => {
    const url = await uploaded(bytes);
    const response = await fetch(url, { headers: { range } });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    expect(response.headers.get('etag')).toBeNull();
  });

  it.each(['bytes=5-2', 'bytes=-', 'bytes=a-b', 'items=0-1', 'bytes=0-1,3-4'])('ignore the range %s', async (range) => {
    const response = await fetch(await uploaded(bytes), { headers: { range } });
    expect([response.status, await response.text()]).toEqual([200, 'abcdefghij']);
  });

  it('send a part only of the version that If-Range names', async () => {
    const url = await uploaded(bytes);
    const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    const part = (ifRange: string) => fetch(url, { headers: { range: 'bytes=0-0', 'if-range': ifRange } });
    expect((await part(etag)).status).toBe(206);
    expect((await part('"another"')).status).toBe(200);
  });

  it('answer 304 when the client has the present version', async () => {
    const url = await uploaded(bytes);
    const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    for (const header of [etag, `"x", W/${etag}`, '*']) {
      const response = await fetch(url, { headers: { 'if-none-match': header } });
      expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([304, etag, '']);
    }
    await store.put(path, Buffer.from('changed'));
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it('keep what was uploaded from running as a page of this origin', async () => {
    const response = await fetch(await uploaded(Buffer.from('<script>'), 'text/html'));
    expect(response.headers.get('content-security-policy')).toBe('sandbox');
  });

  it('close the file when a client stops in the middle of a download', async () => {
    const url = await uploaded(randomBytes(4_000_000));
    const client = request(url);
    client.end();
    const response = await responseOf(client);
    const openFiles = async () => (await readdir('/proc/self/fd')).length;
    const during = await openFiles();
    response.destroy();
    await eventually(async () => (await openFiles()) < during);
  });
});

describe('refusals', () => {
  it('answers 403 to wrong, expired and missing signatures, and to those of another method', async () => {
    const get = await uploaded(Buffer.from('x'));
    const put = store.presignPut(path, undefined, base).url;
    const expectRefusal = async (url: string, method: string) => {
      const response = await fetch(url, { method, body: method === 'PUT' ? 'x' : undefined });
      expect(response.status).toBe(403);
      if (method !== 'HEAD') expect(await response.json()).toEqual({ type: 'invalid_signature' });
    };
    await expectRefusal(get, 'PUT');
    await expectRefusal(put, 'GET');
    await expectRefusal(put, 'HEAD');
    await expectRefusal(get.replace(/expires=\d+/, 'expires=9999999999'), 'GET');
    await expectRefusal(get.replace('/flow/', '/flow2/'), 'GET');
    await expectRefusal(get.replace(/\?.*/, ''), 'GET');
    await expectRefusal(`${get}&signature=x`, 'GET');
    nowMs += 601_000;
    await expectRefusal(get, 'GET');
    await expectRefusal(put, 'PUT');
  });

  it('answers 404 to unknown stores, objects and paths', async () => {
    expect((await fetch(`${base}/media/unknown/flow/x`)).status).toBe(404);
    expect((await fetch(store.presignGet('flow/none', base))).status).toBe(404);
  });

  it.each([
    '../../etc/passwd',
    '%2e%2e/%2e%2e/etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '.uploads/x',
    'a%00b',
    '%',
    '%ff',
  ])('gives nothing for the raw path %s, whatever its signature', async (raw) => {
    const signed = new URL(store.presignGet('../../etc/passwd', base)).search;
    const status = await rawStatus(`/media/${backend.id}/${raw}${signed}`);
    expect([400, 403, 404]).toContain(status);
  });

  it('gives nothing for a path outside the folder even when it is signed', async () => {
    const { search } = new URL(store.presignGet('../../etc/passwd', base));
    expect(await rawStatus(`/media/${backend.id}/..%2f..%2fetc%2fpasswd${search}`)).toBe(404);
  });
});

function responseOf(client: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    client.once('response', resolve);
    client.once('error', reject);
  });
}

/** Sends the path as it is; URL would normalise it. */
function rawStatus(rawPath: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('end', () => resolve(Number(answer.split(' ')[1])));
    socket.on('error', reject);
    socket.write(`GET ${rawPath} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}
