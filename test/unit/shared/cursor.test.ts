import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CursorCodec } from '../../../src/shared/cursor.ts';

const QUERY = '/flows?codec=video%2Fh264&format=urn';
const codec = new CursorCodec('a secret that only the server knows');

const invalid = expect.objectContaining({ code: 'invalid_cursor', status: 400, field: 'page' }) as Error;

describe('CursorCodec', () => {
  it('reads back the position that it wrote, types included', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.bigInt(), fc.constantFrom('n5', 's', '', '5', '\ud800'));
    fc.assert(
      fc.property(fc.string(), fc.array(value), (query, position) => {
        const text = codec.encode(query, position);
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(codec.decode(query, text)).toEqual(position);
      }),
    );
  });

  it('is read by a replica with the same secret, and by no other', () => {
    const text = codec.encode(QUERY, [5n, 'id']);
    expect(new CursorCodec('a secret that only the server knows').decode(QUERY, text)).toEqual([5n, 'id']);
    expect(() => new CursorCodec('another secret').decode(QUERY, text)).toThrow(invalid);
  });

  it('refuses a cursor of another query', () => {
    const text = codec.encode(QUERY, [5n, 'id']);
    for (const other of ['', `${QUERY}&label=x`, QUERY.slice(0, -1), '/sources?codec=video%2Fh264&format=urn']) {
      expect(() => codec.decode(other, text)).toThrow(invalid);
    }
  });

  it('does not take the end of a query for the start of a position', () => {
    const [tagAndPayload, payload] = [Buffer.from(codec.encode('a', ['x']), 'base64url'), '["sx"]'];
    expect(tagAndPayload.subarray(16).toString()).toBe(payload);
    const shifted = Buffer.concat([tagAndPayload.subarray(0, 16), Buffer.from(payload.slice(1))]).toString('base64url');
    expect(() => codec.decode('a[', shifted)).toThrow(invalid);
  });

  it('refuses a cursor with any bit changed', () => {
    const bytes = Buffer.from(codec.encode(QUERY, [1_694_429_247_040_000_001n, 'id']), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => codec.decode(QUERY, altered.toString('base64url'))).toThrow(invalid);
    }
  });

  it('refuses a cursor that is cut, lengthened, or spelled in another way', () => {
    const text = codec.encode(QUERY, [5n, 'identity']);
    for (const altered of [
      text.slice(0, -1),
      text.slice(1),
      `${text}A`,
      `${text}=`,
      ` ${text}`,
      `${text}\n`,
      `${text}.`,
    ]) {
      expect(() => codec.decode(QUERY, altered)).toThrow(invalid);
    }
  });

  it.each([
    '',
    '0',
    '100',
    'null',
    '../../etc/passwd',
    "' OR 1=1 --",
    '\0',
    'é',
    'A'.repeat(22),
    'A'.repeat(2_000_000),
  ])('refuses what was never a cursor (%#)', (text) => {
    expect(() => codec.decode(QUERY, text)).toThrow(invalid);
  });
});
