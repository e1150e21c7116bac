import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonListBytes } from '../../../src/shared/json-text.ts';

/** Texts as they come: most are ASCII, some have characters of two, three and four bytes, or halves of one. */
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 40 }) },
  fc.string({ maxLength: 10, unit: fc.constantFrom('a', 'é', '€', '👍', '\ud800', '\udc00') }),
);

describe('a list of JSON texts in bytes', () => {
  it('is what the joined text is in UTF-8', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (items) => {
        expect(jsonListBytes(items).equals(Buffer.from(`[${items.join(',')}]`))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('has room for a last text whose bytes end where its length does', () => {
    for (const item of ['é€', 'a€', '€', '👍', 'éé', 'é\ud800']) {
      expect(jsonListBytes(['a', item]).toString()).toBe(Buffer.from(`[a,${item}]`).toString());
    }
  });
});
