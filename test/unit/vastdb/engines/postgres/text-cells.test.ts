import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedPattern, readText, storedText } from '../../../../../src/vastdb/engines/postgres/text-cells.ts';

const awkward = fc
  .array(fc.constantFrom('\0', '\u0001', '\u0002', '\u0003', 'a', '.', '\\', '😀'))
  .map((parts) => parts.join(''));

/** As the collation "C" compares. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('texts as PostgreSQL keeps them', () => {
  it('have no NUL, and come back as they were', () => {
    fc.assert(
      fc.property(awkward, (text) => {
        expect(storedText(text)).not.toContain('\0');
        expect(readText(storedText(text))).toBe(text);
      }),
    );
  });

  it('keep their order, and their beginnings', () => {
    fc.assert(
      fc.property(awkward, awkward, (a, b) => {
        expect(Math.sign(compare(storedText(a), storedText(b)))).toBe(Math.sign(compare(a, b)));
        expect(storedText(a).startsWith(storedText(b))).toBe(a.startsWith(b));
      }),
    );
  });

  it('are found inside of others, and not in the middle of an escape', () => {
    fc.assert(
      fc.property(awkward, awkward, (text, part) => {
        const pattern = alignedPattern(part);
        const stored = storedText(text);
        const found =
          pattern === undefined ? stored.includes(storedText(part)) : new RegExp(pattern, 'su').test(stored);
        expect(found).toBe(text.includes(part));
      }),
    );
  });
});
