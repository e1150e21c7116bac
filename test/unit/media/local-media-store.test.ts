import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ByteRange } from '../../../src/media/media-store.ts';
import { LocalMediaStore, type LocalMediaStoreOptions } from '../../../src/media/local-media-store.ts';

const backend = {
  id: '5f3c1a9e-0b1d-4c2e-8f3a-4b5c6d7e8f90',
  store_type: 'http_object_store',
  provider: 'local',
  store_product: 'files',
} as const;
const path = 'flow/2025/01/02/object-1';

let directory: string;
let nowMs: number;
let store: LocalMediaStore;

function open(options: Partial<LocalMediaStoreOptions> = {}): LocalMediaStore {
  const limits = { expiresS: 3600, gridS: 300, maxObjectBytes: 10_000_000, urlCacheMax: 100 };
  return new LocalMediaStore({ backend, directory, secret: 'secret', clock: () => nowMs, ...limits, ...options });
}

async function filesLeft(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function read(from: string, range?: ByteRange): Promise<Buffer> {
  const { body } = await store.get(from, range);
  return buffer(body);
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-media-'));
  nowMs = Date.parse('2025-01-02T03:04:05Z');
  store = open();
  await store.ensureReady();
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('objects', () => {
  it('gives back the bytes, the content type, the size and a hash of the content as ETag', async () => {
    const bytes = randomBytes(300_000);
    const written = await store.put(path, Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), {
      contentType: 'video/mp2t',
    });
    const expected = {
      size: 300_000,
      etag: createHash('sha256').update(bytes).digest('hex'),
      contentType: 'video/mp2t',
    };
    expect(written).toMatchObject(expected);
    expect(await store.head(path)).toMatchObject({ ...expected, lastModified: written.lastModified });
    const { body, ...info } = await store.get(path);
    expect(info).toMatchObject(expected);
    expect((await buffer(body)).equals(bytes)).toBe(true);
  });

  it('keeps objects without bytes, without a content type, and with a very long one', async () => {
    await store.put(path, new Uint8Array());
    expect(await store.head(path)).toMatchObject({ size: 0, contentType: undefined });
    expect(await read(path)).toHaveLength(0);
    const contentType = `video/mp4; codecs="${'x'.repeat(2000)}"`;
    await store.put(path, Buffer.from('abc'), { contentType });
    expect(await store.head(path)).toMatchObject({ size: 3, contentType });
  });

  it('takes a name of 255 bytes, the longest that storage paths have', async () => {
    const long = `flow/${'x'.repeat(255)}`;
    await store.put(long, Buffer.from('abc'));
    expect((await read(long)).toString()).toBe('abc');
  });

  it.each<[ByteRange, string]>([
    [{ start: 0, end: 0 }, 'a'],
    [{ start: 2, end: 4 }, 'cde'],
    [{ start: 7 }, 'hij'],
    [{ start: 9, end: 100 }, 'j'],
  ])('reads the range %j', async (range, expected) => {
    await store.put(path, Buffer.from('abcdefghij'));
    expect((await read(path, range)).toString()).toBe(expected);
  });

  it('refuses a range behind the end', async () => {
    await store.put(path, Buffer.from('abc'));
    await expect(store.get(path, { start: 3 })).rejects.toMatchObject({ code: 'range_not_satisfiable' });
  });

  it('does not know objects that were never written', async () => {
    expect(await store.head(path)).toBeUndefined();
    await expect(store.get(path)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('atomic uploads', () => {
  it('leaves nothing of an upload that breaks off', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield randomBytes(100_000);
      throw new Error('connection reset');
    }
    await expect(store.put(path, Readable.from(broken()))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await filesLeft()).toEqual([]);
    expect(await store.head(path)).toBeUndefined();
  });

  it('leaves nothing of an upload whose stream is destroyed midway', async () => {
    const body = new Readable({ read() {} });
    body.push(randomBytes(1000));
    const upload = store.put(path, body);
    setTimeout(() => body.destroy(), 20);
    await expect(upload).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await filesLeft()).toEqual([]);
  });

  it('keeps the present object when its replacement fails', async () => {
    await store.put(path, Buffer.from('first'));
    const body = Readable.from([Buffer.alloc(9_000_000), Buffer.alloc(1_000_001)]);
    await expect(store.put(path, body)).rejects.toMatchObject({ code: 'payload_too_large' });
    expect((await read(path)).toString()).toBe('first');
    expect(await filesLeft()).toEqual(['object-1']);
  });

  it('takes an object of exactly the greatest size', async () => {
    expect(await store.put(path, Buffer.alloc(10_000_000))).toMatchObject({ size: 10_000_000 });
  });

  it('shows readers one whole version or another, and never a mixture, while it is being replaced', async () => {
    const versions = ['a', 'b', 'c'].map((letter) => Buffer.alloc(400_000, letter));
    const types = ['video/a', 'video/b', 'video/c'];
    const put = (n: number) => store.put(path, Readable.from([versions[n]]), { contentType: types[n] });
    await put(0);
    let done = false;
    const writing = (async () => {
      for (let i = 0; i < 30; i++) await Promise.all([put(i % 3), put((i + 1) % 3)]);
      done = true;
    })();
    let reads = 0;
    while (!done) {
      const { body, contentType, etag } = await store.get(path);
      const bytes = await buffer(body);
      const n = types.indexOf(contentType ?? '');
      expect(versions[n]?.equals(bytes)).toBe(true);
      expect(etag).toBe(createHash('sha256').update(bytes).digest('hex'));
      reads++;
    }
    await writing;
    expect(reads).toBeGreaterThan(5);
    expect(await filesLeft()).toEqual(['object-1']);
  });

  it('removes what crashed uploads left behind at the start, and nothing that may still be written', async () => {
    const old = join(directory, '.uploads', 'old');
    await writeFile(old, 'half');
    await utimes(old, new Date(Date.now() - 7_200_000), new Date(Date.now() - 7_200_000));
    await writeFile(join(directory, '.uploads', 'young'), 'half');
    await open().ensureReady();
    expect(await filesLeft()).toEqual(['young']);
  });

  it('tells a damaged file from an object', async () => {
    await store.put(path, Buffer.from('some bytes'));
    await truncate(join(directory, path), 20);
    await expect(store.head(path)).rejects.toMatchObject({ code: 'media_store_unavailable' });
    await truncate(join(directory, path), 3);
    await expect(store.get(path)).rejects.toMatchObject({ code: 'media_store_unavailable' });
  });

  it('reports a store whose folder is gone as unavailable, not the object as missing', async () => {
    await rm(join(directory, '.uploads'), { recursive: true });
    await expect(store.put(path, Buffer.from('x'))).rejects.toMatchObject({ code: 'media_store_unavailable' });
    await expect(store.health()).rejects.toMatchObject({ code: 'media_store_unavailable' });
  });
});

describe('deletion', () => {
  it('removes objects, repeatedly without an error, and the folders that they leave empty', async () => {
    await store.put(path, Buffer.from('x'));
    await store.put('flow/2025/01/03/other', Buffer.from('x'));
    await store.delete(path);
    await store.delete(path);
    expect(await readdir(join(directory, 'flow/2025/01'))).toEqual(['03']);
    await store.delete('flow/2025/01/03/other');
    expect(await readdir(directory)).toEqual(['.uploads']);
  });

  it('deletes many, and names those that it could not', async () => {
    const paths = Array.from({ length: 50 }, (_, i) => `flow/day/object-${i}`);
    await Promise.all(paths.map((one) => store.put(one, Buffer.from('x'))));
    const failed = await store.deleteMany([...paths, 'flow/none', '../outside']);
    expect(failed).toEqual([{ path: '../outside', reason: 'There is no media object at this path.' }]);
    expect(await readdir(directory)).toEqual(['.uploads']);
  });

  it('lets uploads and deletions meet in one folder without losing an upload', async () => {
    for (let round = 0; round < 40; round++) {
      await store.put('flow/day/old', Buffer.from('x'));
      const upload = store.put('flow/day/new', Buffer.from('kept'));
      await Promise.all([upload, store.delete('flow/day/old')]);
      expect((await read('flow/day/new')).toString()).toBe('kept');
      await store.delete('flow/day/new');
    }
  });
});

describe('paths', () => {
  const escapes = [
    '../outside',
    'a/../../outside',
    '/etc/passwd',
    'a//b',
    'a/./b',
    '.uploads/x',
    'a\0b',
    'a\\..\\b',
    '',
  ];

  it.each(escapes)('does not follow %j', async (escape) => {
    expect(await store.head(escape)).toBeUndefined();
    await expect(store.get(escape)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.put(escape, Buffer.from('x'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.delete(escape)).rejects.toMatchObject({ code: 'not_found' });
    expect(await filesLeft()).toEqual([]);
  });

  it('does not follow symbolic links, neither of files nor of folders', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'outside-'));
    try {
      const elsewhere = open({ directory: outside });
      await elsewhere.ensureReady();
      await elsewhere.put('secret/object', Buffer.from('secret'));
      await mkdir(join(directory, 'flow'));
      await symlink(join(outside, 'secret'), join(directory, 'flow', 'folder'));
      await symlink(join(outside, 'secret', 'object'), join(directory, 'flow', 'file'));
      expect(await store.head('flow/folder/object')).toBeUndefined();
      expect(await store.head('flow/file')).toBeUndefined();
      await expect(store.put('flow/folder/new', Buffer.from('x'))).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.delete('flow/folder/object')).rejects.toMatchObject({ code: 'not_found' });
      expect(await readdir(join(outside, 'secret'))).toEqual(['object']);
      expect(await store.list('')).toEqual({ objects: [] });
    } finally {
      await rm(outside, { recursive: true });
    }
  });
});

describe('listing', () => {
  it('gives all objects below a prefix in byte order, in pages', async () => {
    const paths = ['a-b/x', 'a.b/x', 'a/b/1', 'a/b/2', 'a/b.c', 'a/b-c', 'a/c', 'a0/x', 'b/x'];
    for (const one of paths) await store.put(one, Buffer.from(one));
    const all = await store.list('');
    const ordered = [...paths].sort();
    expect(all.objects.map((object) => object.path)).toEqual(ordered);
    expect(all.next).toBeUndefined();
    const [first] = all.objects;
    expect(first).toMatchObject({ size: 5, etag: createHash('sha256').update('a-b/x').digest('hex') });

    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.list('', { limit: 2, after });
      expect(page.objects.length).toBeLessThanOrEqual(2);
      seen.push(...page.objects.map((object) => object.path));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(ordered);

    const below = async (prefix: string) => (await store.list(prefix)).objects.map((object) => object.path);
    expect(await below('a/b')).toEqual(['a/b-c', 'a/b.c', 'a/b/1', 'a/b/2']);
    expect(await below('a/b/')).toEqual(['a/b/1', 'a/b/2']);
    expect(await below('a')).toEqual(ordered.filter((one) => one.startsWith('a')));
    expect(await below('none/')).toEqual([]);
  });
});

describe('signed URLs', () => {
  const base = 'https://media.example/tams';
  const queryOf = (url: string) => Object.fromEntries(new URL(url).searchParams);

  it('lead to the object below the given base and keep the path in URL-safe form', () => {
    const url = store.presignGet('flow/a%2Fb', base);
    expect(url.startsWith(`${base}/media/${backend.id}/flow/a%252Fb?expires=`)).toBe(true);
    expect(store.authorize('GET', 'flow/a%2Fb', queryOf(url))).toEqual({ contentType: undefined });
  });

  it('sign the content type of an upload', () => {
    const upload = store.presignPut(path, 'video/mp2t; a="b&c"', base);
    expect(upload['content-type']).toBe('video/mp2t; a="b&c"');
    expect(store.authorize('PUT', path, queryOf(upload.url))).toEqual({ contentType: 'video/mp2t; a="b&c"' });
    const altered = { ...queryOf(upload.url), 'content-type': 'text/html' };
    expect(() => store.authorize('PUT', path, altered)).toThrow('altered');
    expect(store.presignPut(path, undefined, base)).not.toHaveProperty('content-type');
  });

  it('are refused for another method, path, expiry or store, and when they are incomplete', () => {
    const query = queryOf(store.presignGet(path, base));
    const other = open({ backend: { ...backend, id: 'another' } });
    const forged = open({ secret: 'guess' });
    const refused = expect.objectContaining({ code: 'invalid_signature' }) as Error;
    expect(() => store.authorize('PUT', path, query)).toThrow(refused);
    expect(() => store.authorize('GET', 'flow/2025/01/02/object-2', query)).toThrow(refused);
    expect(() => store.authorize('GET', path, { ...query, expires: '9999999999' })).toThrow(refused);
    expect(() => store.authorize('GET', path, { ...query, 'content-type': 'text/html' })).toThrow(refused);
    expect(() => store.authorize('GET', path, { ...query, signature: [query.signature] })).toThrow(refused);
    expect(() => store.authorize('GET', path, { expires: query.expires })).toThrow(refused);
    expect(() => store.authorize('GET', path, {})).toThrow(refused);
    expect(() => other.authorize('GET', path, query)).toThrow(refused);
    expect(() => forged.authorize('GET', path, query)).toThrow(refused);
  });

  it('live for at least the configured time, whenever in the window they are signed', () => {
    for (const offsetS of [0, 1, 150, 299]) {
      const signedMs = Date.parse('2025-01-02T03:00:00Z') + offsetS * 1000;
      nowMs = signedMs;
      const query = queryOf(store.presignGet(path, base));
      nowMs = signedMs + 3600_000;
      expect(store.authorize('GET', path, query)).toBeDefined();
      nowMs = signedMs + 3600_000 + 300_000;
      expect(() => store.authorize('GET', path, query)).toThrow('expired');
    }
  });

  it('stay the same within a window of the grid, are kept, and change with the window', () => {
    nowMs = Date.parse('2025-01-02T03:00:00Z');
    const first = store.presignGet(path, base);
    nowMs += 299_999;
    expect(store.presignGet(path, base)).toBe(first);
    expect(store.presignGet(path, 'http://other')).toBe(first.replace(base, 'http://other'));
    expect(store.statistics().urls).toEqual({ hits: 2, misses: 1, entries: 1 });
    nowMs += 1;
    expect(store.presignGet(path, base)).not.toBe(first);
  });
});
