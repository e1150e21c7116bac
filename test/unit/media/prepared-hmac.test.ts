import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PreparedHmac } from '../../../src/media/prepared-hmac.ts';

describe('PreparedHmac', () => {
  it('gives the digests of HMAC-SHA256 for any key and message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), fc.string({ unit: 'binary', maxLength: 300 }), (key, message) => {
        const expected = createHmac('sha256', key).update(message, 'utf8');
        expect(new PreparedHmac(key).digest(message, 'hex')).toBe(expected.digest('hex'));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same digests for one key after messages that outgrow its buffer', () => {
    const hmac = new PreparedHmac('key');
    for (const length of [10, 2000, 3, 70_000, 5]) {
      const message = 'é'.repeat(length);
      expect(hmac.digestBytes(message)).toEqual(createHmac('sha256', 'key').update(message).digest());
    }
  });
});
