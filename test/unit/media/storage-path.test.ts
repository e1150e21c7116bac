import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { makeStoragePath } from '../../../src/stores/media/storage-path.ts';

const flowId = '4f8a0b3e-6d2c-4a55-9f5d-1f2e3d4c5b6a';
const allocatedAt = new Date('2024-12-31T23:59:59.999Z');
const path = (objectId: string, prefix = 'media/live') => makeStoragePath({ prefix, flowId, allocatedAt, objectId });

const folder = `media/live/${flowId}/2024/12/31/`;

describe('makeStoragePath', () => {
  it('is prefix, flow, UTC date of allocation and object id', () => {
    expect(path('0b9e-42')).toBe(`${folder}0b9e-42`);
  });

  it('takes the date in UTC whatever the time zone of the clock', () => {
    const at = new Date('2025-01-01T01:00:00+02:00');
    expect(makeStoragePath({ prefix: '', flowId, allocatedAt: at, objectId: 'a' })).toBe(`${flowId}/2024/12/31/a`);
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

  it('is reversible, so different object ids have different paths', () => {
    fc.assert(
      fc.property(anyId, (objectId) => {
        fc.pre(Buffer.byteLength(objectId) * 3 <= 255);
        expect(decodeURIComponent(path(objectId).slice(folder.length))).toBe(objectId);
      }),
      { numRuns: 1000 },
    );
  });
});
