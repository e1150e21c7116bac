import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open as openFile, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyObject } from '../../../src/media/copies/copy-object.ts';
import { CopyError, type CopySource } from '../../../src/media/copies/copy-source.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import type { ObjectInfo, UploadOptions } from '../../../src/media/media-store.ts';
import { AddressGuard } from '../../../src/shared/address-guard.ts';

const MAX_BYTES = 2_000_000;
const path = 'flow/2025/01/02/copy';
const bytes = randomBytes(1_000_000);
const never = new AbortController().signal;
/** Every name leads into a private network. */
const thisMachine = new AddressGuard({ hosts: [], networks: ['127.0.0.1'] }, () =>
  Promise.resolve([{ address: '10.0.0.1', family: 4 }]),
);

let directory: string;
let target: LocalMediaStore;
let server: Server | undefined;

async function openStore(name: string, maxObjectBytes = 10_000_000): Promise<LocalMediaStore> {
  const backend = { id: name, store_type: 'http_object_store', provider: 'local', store_product: 'files' } as const;
  const limits = { expiresS: 60, gridS: 1, maxObjectBytes, urlCacheMax: 10 };
  const store = new LocalMediaStore({ backend, directory: join(directory, name), secret: 'secret', ...limits });
  await store.ensureReady();
  return store;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'copies-'));
  target = await openStore('target');
});

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(directory, { recursive: true });
});

/** Nothing can be read at the path, and no part of a copy is kept. */
async function expectNothingLeft(): Promise<void> {
  expect(await target.head(path)).toBeUndefined();
  expect(await readdir(join(directory, 'target', '.uploads'))).toEqual([]);
}

async function failureOf(source: CopySource, limits = { stallMs: 60_000, totalMs: 240_000 }): Promise<CopyError> {
  const error: unknown = await copyObject(source, target, path, never, limits).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(CopyError);
  await expectNothingLeft();
  return error as CopyError;
}

describe('a copy between stores', () => {
  it('has the bytes and the content type of its source', async () => {
    const store = await openStore('source');
    await store.put('a/b', bytes, { contentType: 'video/mp2t' });
    const copied = await copyObject({ store, storagePath: 'a/b' }, target, path, never);
    expect(copied).toEqual({ size: bytes.length, contentType: 'video/mp2t' });
    const { body, contentType } = await target.get(path);
    expect(contentType).toBe('video/mp2t');
    expect((await buffer(body)).equals(bytes)).toBe(true);
    await store.put('a/empty', new Uint8Array());
    expect(await copyObject({ store, storagePath: 'a/empty' }, target, path, never)).toMatchObject({ size: 0 });
  });

  it('is refused where the source has rotted on its disk, and where it is not there', async () => {
    const store = await openStore('source');
    await store.put('a/b', bytes);
    const file = await openFile(join(directory, 'source/a/b'), 'r+');
    await file.write(Buffer.from([(bytes[500_000] ?? 0) ^ 1]), 0, 1, 500_000);
    await file.close();
    expect(await failureOf({ store, storagePath: 'a/b' })).toMatchObject({
      message: expect.stringContaining('sha256') as string,
      retryable: true,
    });
    // Its upload may follow.
    expect(await failureOf({ store, storagePath: 'a/none' })).toMatchObject({ retryable: true });
  });
});

describe('a copy of an external object', () => {
  async function serve(
    listener: RequestListener,
    more: { maxBytes?: number; path?: string } = {},
  ): Promise<CopySource> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/${more.path ?? 'media.ts?token=hunter2'}`;
    return { url, guard: thisMachine, maxBytes: more.maxBytes ?? MAX_BYTES };
  }

  const sends =
    (headers: Record<string, string | number>, status = 200): RequestListener =>
    (_request, response) => {
      response.writeHead(status, headers).end(bytes);
    };

  it('has its bytes and its content type, behind redirects and with a checksum', async () => {
    const md5 = createHash('md5').update(bytes).digest('base64');
    const source = await serve((request, response) => {
      if (request.url !== '/there') response.writeHead(302, { location: '/there' }).end();
      else
        sends({ 'content-type': 'video/mp4', 'content-length': bytes.length, 'content-md5': md5 })(request, response);
    });
    const copied = await copyObject(source, target, path, never);
    expect(copied).toEqual({ size: bytes.length, contentType: 'video/mp4' });
    expect((await buffer((await target.get(path)).body)).equals(bytes)).toBe(true);
  });

  it('may come in chunks, without a length', async () => {
    const source = await serve((_request, response) => {
      Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]).pipe(response);
    });
    expect(await copyObject(source, target, path, never)).toEqual({ size: bytes.length, contentType: undefined });
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data/', 'which is not a public address'],
    ['http://[::1]/', 'which is not a public address'],
    ['http://inside.example/', 'leads to an address that is not public'],
    ['file:///etc/passwd', 'must be an absolute http or https URL'],
    ['http://user:hunter2@127.0.0.1/', 'must not hold credentials'],
    ['http://', 'must be an absolute http or https URL'],
  ])('is refused where it leads or is redirected to %s', async (location, reason) => {
    const direct = await failureOf({ url: location, guard: thisMachine, maxBytes: MAX_BYTES });
    const redirected = await failureOf(
      await serve((_request, response) => response.writeHead(307, { location }).end()),
    );
    for (const { message, retryable } of [direct, redirected]) {
      expect(message).toContain(reason);
      expect([retryable, message.includes('hunter2')]).toEqual([false, false]);
    }
  });

  it('is refused after many redirects', async () => {
    const source = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
    expect(await failureOf(source)).toMatchObject({ retryable: false });
  });

  it.each([
    [404, false],
    [403, false],
    [206, false],
    [429, true],
    [503, true],
  ])('is refused after an answer with %i; a retry may help: %s', async (status, retryable) => {
    const failure = await failureOf(await serve(sends({}, status)));
    expect(failure).toMatchObject({ message: expect.stringContaining(`status ${status}`) as string, retryable });
    expect(failure.message).not.toContain('hunter2');
  });

  it.each<[string, RequestListener, boolean, RegExp]>([
    ['is cut off', (_, response) => cutOff(response, { 'content-length': 1_000_000 }), true, /broke off/],
    ['is cut off between chunks', (_, response) => cutOff(response, {}), true, /broke off/],
    ['has another checksum', sends({ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }), true, /md5/],
    ['is encoded', sends({ 'content-encoding': 'gzip' }), false, /encoded as gzip/],
    ['is announced too large', sends({ 'content-length': MAX_BYTES + 1 }), false, /2000001 bytes/],
    ['is endless', (_, response) => void endless().pipe(response), false, /more than 2000000 bytes/],
    ['never answers', () => undefined, true, /did not answer within 200 ms/],
    ['stands still', (_, response) => void response.write(bytes.subarray(0, 300_000)), true, /stands still/],
    ['trickles', (_, response) => void trickle(response), true, /stands still/],
  ])('is refused where the source %s', async (_, listener, retryable, message) => {
    const stallMs = /stands still|200 ms/.test(message.source) ? 200 : 60_000;
    const failure = await failureOf(await serve(listener), { stallMs, totalMs: 240_000 });
    expect(failure.message).toMatch(message);
    expect(failure.retryable).toBe(retryable);
  });

  it('may be slow to be stored: that is not the fault of its source', async () => {
    class SlowStore extends LocalMediaStore {
      override put(to: string, body: Readable, options: UploadOptions): Promise<ObjectInfo> {
        return super.put(to, Readable.from(slowly(body)), options);
      }
    }
    const backend = { ...target.backend, id: 'slow' };
    const limits = { expiresS: 60, gridS: 1, maxObjectBytes: 10_000_000, urlCacheMax: 10 };
    const slow = new SlowStore({ backend, directory: join(directory, 'target'), secret: 'secret', ...limits });
    const source = await serve(sends({ 'content-length': bytes.length }));
    const copied = await copyObject(source, slow, path, never, { stallMs: 2_000, totalMs: 240_000 });
    expect(copied.size).toBe(bytes.length);
  });

  it('that its store refuses while the source pauses fails, and nothing besides', async () => {
    target = await openStore('target', 1_000);
    const unheard: unknown[] = [];
    const hear = (error: unknown): number => unheard.push(error);
    process.on('uncaughtException', hear);
    try {
      const source = await serve((_request, response) => void response.write(bytes.subarray(0, 2_000)));
      const closed = once(server as Server, 'request').then(([, response]) =>
        once(response as ServerResponse, 'close'),
      );
      expect(await failureOf(source)).toMatchObject({ message: expect.stringContaining('1000 bytes') as string });
      await closed;
      await sleep(20);
      expect(unheard).toEqual([]);
    } finally {
      process.off('uncaughtException', hear);
    }
  });

  it('is refused where the source changes the protocol instead of answering', async () => {
    const source = await serve((_request, response) => {
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n');
    });
    expect(await failureOf(source)).toMatchObject({
      message: expect.stringContaining('changes the protocol') as string,
      retryable: false,
    });
  });

  it('is refused where the end of the connection is the only sign of the end', async () => {
    const source = await serve((_request, response) => {
      response.socket?.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of it?');
    });
    expect(await failureOf(source)).toMatchObject({ retryable: false });
  });

  it('takes its time limit at most', async () => {
    const source = await serve((_request, response) => void trickle(response));
    const failure = await failureOf(source, { stallMs: 60_000, totalMs: 300 });
    expect(failure).toMatchObject({ message: 'The copy took longer than 0.3 s.', retryable: true });
  });

  it('leaves nothing when it is aborted, before it begins or in the middle', async () => {
    const sent = Promise.withResolvers<ServerResponse>();
    const source = await serve((_request, response) => {
      response.write(bytes);
      sent.resolve(response);
    });
    const reason = new Error('the server stops');
    await expect(copyObject(source, target, path, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const copy = copyObject(source, target, path, controller.signal);
    const closed = once(await sent.promise, 'close');
    await expect.poll(() => readdir(join(directory, 'target', '.uploads'))).toHaveLength(1);
    controller.abort(reason);
    await expect(copy).rejects.toBe(reason);
    await closed;
    await expectNothingLeft();
  });
});

function cutOff(response: ServerResponse, headers: Record<string, number>): void {
  response.writeHead(200, headers);
  response.write(bytes.subarray(0, 400_000), () => response.socket?.destroySoon());
}

async function* slowly(body: Readable): AsyncGenerator {
  let chunks = 0;
  for await (const chunk of body) {
    if (chunks++ === 0) await sleep(2_200);
    yield chunk;
  }
}

const endless = (): Readable =>
  Readable.from(
    (function* () {
      for (;;) yield bytes;
    })(),
  );

async function trickle(response: ServerResponse): Promise<void> {
  while (!response.destroyed) {
    response.write('x');
    await sleep(20);
  }
}
