import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectIdsOf } from '../../../src/tams/objects/object-location.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { makeStoragePath } from '../../../src/media/storage-path.ts';

const flowId = '4f8a0b3e-6d2c-4a55-9f5d-1f2e3d4c5b6a';
const allocatedAt = new Date('2024-12-31T23:59:59.999Z');
// Of a container whose extension nobody knows.
const path = (objectId: string, prefix = 'media/live', container = 'application/x-unknown') =>
  makeStoragePath(prefix, { flowId, objectId, container, allocatedAt });

const folder = `media/live/${flowId}/2024/12/31/`;

describe('makeStoragePath', () => {
  it('is prefix, flow, UTC date of allocation and object id', () => {
    expect(path('0b9e-42')).toBe(`${folder}0b9e-42`);
  });

  it('takes the date in UTC whatever the time zone of the clock', () => {
    const at = new Date('2025-01-01T01:00:00+02:00');
    const object = { flowId, objectId: 'a', container: 'application/x-unknown', allocatedAt: at };
    expect(makeStoragePath('', object)).toBe(`${flowId}/2024/12/31/a`);
  });

  it.each([
    ['video/mp2t', 'ts'],
    ['video/MP2T', 'ts'],
    ['video/mp4; codecs="avc1.64001f"', 'mp4'],
    ['video/iso.segment', 'm4s'],
    ['audio/mp4', 'm4a'],
    ['application/mxf', 'mxf'],
    ['video/quicktime', 'mov'],
    ['audio/wav', 'wav'],
    ['audio/vnd.wave', 'wav'],
    ['audio/aac', 'aac'],
    ['audio/mpeg', 'mp3'],
    ['audio/flac', 'flac'],
    ['text/vtt', 'vtt'],
    ['application/ttml+xml', 'ttml'],
    ['image/jpeg', 'jpg'],
    ['image/x-exr', 'exr'],
  ])('ends in the extension of the container %s', (container, extension) => {
    expect(path('0b9e-42', '', container)).toMatch(new RegExp(`/0b9e-42\\.${extension}$`));
  });

  it.each([
    ['a.ts', 'a.ts'],
    ['A.TS', 'A.TS'],
    ['a.m2ts', 'a.m2ts'],
    ['a.vtt', 'a.vtt'],
    ['take.7', 'take.7.ts'],
    ['ts', 'ts.ts'],
    ['.ts', '%2Ets.ts'],
    ['a.', 'a..ts'],
    ['a.ts/b', 'a.ts%2Fb.ts'],
  ])('has the id %j in a video/mp2t flow named %j', (objectId, name) => {
    expect(path(objectId, '', 'video/mp2t').endsWith(`/${name}`)).toBe(true);
  });

  it.each([
    ['take 1', 'video/mp2t', 'take%201.k-3_x.ts'],
    ['a.m2ts', 'video/mp2t', 'a.m2ts.k-3_x.m2ts'],
    ['take.7', 'application/x-unknown', 'take.7.k-3_x'],
  ])('puts the nonce of the id %j behind it, before the extension', (objectId, container, name) => {
    const made = makeStoragePath('', { flowId, objectId, container, allocatedAt, nonce: 'k-3_x' });
    expect(made.endsWith(`/${name}`)).toBe(true);
    expect(objectIdsOf(made)).toContain(objectId);
  });

  it('counts the extension to the length of a name', () => {
    expect(() => path('x'.repeat(253), '', 'video/mp2t')).toThrow(AppError);
    expect(path('x'.repeat(252), '', 'video/mp2t')).toMatch(/x\.ts$/);
  });

  it.each([
    ['clip.part1.ts', 'clip.part1.ts'],
    ['.hidden', '%2Ehidden'],
    ['trailing.', 'trailing%2E'],
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['...', '%2E.%2E'],
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['a/b', 'a%2Fb'],
    ['a\\b', 'a%5Cb'],
    ['a\0b', 'a%00b'],
    ['%2F', '%252F'],
    ['é ~', '%C3%A9%20%7E'],
    ['👍', '%F0%9F%91%8D'],
  ])('encodes the object id %j as %j', (objectId, name) => {
    expect(path(objectId)).toBe(folder + name);
  });

  it.each(['', '/', '//', 'a//b/', '/a/'])('drops empty segments of the prefix %j', (prefix) => {
    expect(path('x', prefix)).toMatch(/^(a\/)?(b\/)?4f8a0b3e/);
  });

  it('encodes dot segments of a prefix', () => {
    expect(path('x', '../up')).toBe(`%2E%2E/up/${flowId}/2024/12/31/x`);
  });

  it('refuses an empty object id, one with a lone surrogate and one that is too long, naming object_ids', () => {
    for (const objectId of ['', 'a\ud800', 'x'.repeat(256), 'é'.repeat(43)]) {
      expect(() => path(objectId)).toThrow(expect.objectContaining({ code: 'invalid_request', field: 'object_ids' }));
    }
    expect(path('x'.repeat(255))).toHaveLength(folder.length + 255);
  });

  it('refuses a path longer than the 1,024 bytes of an S3 key', () => {
    const prefix = Array.from({ length: 6 }, () => 'p'.repeat(200)).join('/');
    expect(() => path('x', prefix)).toThrow(AppError);
  });

  const anyId = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('.', '/', '%', '2', 'F', 'E', '\0', '\\', ' ', 'a'),
      minLength: 1,
      maxLength: 12,
    }),
  );

  it('never leaves its folder, and has no empty, hidden or dot segment', () => {
    fc.assert(
      fc.property(anyId, (objectId) => {
        fc.pre(Buffer.byteLength(objectId) * 3 <= 255);
        const made = path(objectId);
        expect(made.startsWith(folder)).toBe(true);
        expect(made.slice(folder.length)).toMatch(/^(?!\.)[A-Za-z0-9._%-]+(?<!\.)$/);
        // In a URL the percent signs are encoded once more, so no parser takes `%2E%2E` for a dot segment.
        const inUrl = `/${made.split('/').map(encodeURIComponent).join('/')}`;
        expect(new URL(`http://host${inUrl}`).pathname).toBe(inUrl);
      }),
      { numRuns: 1000 },
    );
  });

  it('tells the object id', () => {
    fc.assert(
      fc.property(anyId, (objectId) => {
        fc.pre(Buffer.byteLength(objectId) * 3 <= 255);
        expect(objectIdsOf(path(objectId))).toContain(objectId);
        expect(objectIdsOf(path(objectId, '', 'video/mp2t'))).toContain(objectId);
      }),
      { numRuns: 1000 },
    );
  });
});
