import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cell, Ordering } from '../../../src/vastdb/engine.ts';
import { and, everyRow, gt, isIn, lt, not } from '../../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../../src/vastdb/predicate/predicate.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { type ReadCounts, withReadCounts } from '../../support/vastdb/engine-decorators.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';

const NOTES = {
  name: 'notes',
  columns: [
    { name: 'key', type: 'string', required: true },
    { name: 'kind', type: 'int64', required: true },
    { name: 'spread', type: 'int64' },
  ],
  indexes: [{ columns: ['key'] }],
} as const;
const ROWS = 50_000;
const LIMIT = 100;
/** 2,048 and twice the page, in each of at most seven reads; and the page itself. */
const MOST_ROWS = 7 * (2_048 + 2 * LIMIT) + LIMIT;

let temporary: TemporaryEngine;
let complete: VastDBManager;
let unordered: VastDBManager;
let reads: ReadCounts;
beforeAll(async () => {
  temporary = await openTemporaryEngine();
  complete = await VastDBManager.open(temporary.engine, [NOTES]);
  const counted = withReadCounts(withoutOrdering(temporary.engine));
  reads = counted.reads;
  unordered = await VastDBManager.open(counted.engine, [NOTES]);
});
afterAll(() => temporary.dispose());
beforeEach(() => complete.delete('notes', everyRow()));

/** Spread as a hash is: the same for each run. */
const hash = (n: number): bigint => BigInt(Math.imul(n + 1, 2_654_435_761) >>> 1);

async function fill(keys: readonly string[], spreadOf: (n: number) => bigint | null = hash): Promise<void> {
  const cells = keys.map((key, n): Cell[] => [key, BigInt(n % 100), spreadOf(n)]);
  await complete.transaction((tx) => tx.insertArrays('notes', ['key', 'kind', 'spread'], cells));
}

async function page(direction: Ordering['direction'], limit: number, where?: Predicate): Promise<string[]> {
  const query = {
    table: 'notes',
    columns: ['key', 'kind'],
    orderBy: [{ column: 'key', direction }],
    limit,
    where,
  } as const;
  Object.assign(reads, { rows: 0, selects: 0 });
  const found = await unordered.select({ ...query, sample: 'spread' });
  expect(found).toEqual(await complete.select(query));
  return found.rows.map(([key]) => key as string);
}

const padded = (n: number): string => n.toString().padStart(8, '0');
const numbers = Array.from({ length: ROWS }, (_, n) => n);

describe('a page by a unique text on an engine without ordering', () => {
  it.each([
    ['rows in their order', (n: number) => padded(n)],
    ['rows in the reverse order', (n: number) => padded(ROWS - n)],
    ['one label for all', (n: number) => `the same ${hash(n)} ${n}`],
    ['a long beginning that all share', (n: number) => `${'x'.repeat(250)}${padded(n)}`],
    ['half of them before, half behind', (n: number) => `${n % 2 === 0 ? 'a' : '\u{1f3ac}'}${padded(n)}`],
    ['a few before a crowd', (n: number) => (n < 300 ? `a${n * 1_000}` : `b${padded(n)}`)],
    ['powers', (n: number) => `${'9'.repeat(Math.floor(Math.log2(n + 1)))} ${n}`],
  ])('reads few rows more than it returns: %s', async (_name, keyOf) => {
    const keys = numbers.map(keyOf);
    await fill(keys);
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const direction of ['asc', 'desc'] as const) {
      for (const place of [undefined, 0.5, 0.99]) {
        const key = place === undefined ? undefined : (sorted[Math.floor(ROWS * place)] ?? '');
        const after = key === undefined ? undefined : direction === 'asc' ? gt('key', key) : lt('key', key);
        expect(await page(direction, LIMIT, after)).toHaveLength(LIMIT);
        expect(reads.selects).toBeLessThanOrEqual(8);
        expect(reads.rows).toBeLessThanOrEqual(MOST_ROWS);
      }
    }
  });

  it('of filtered rows, by the engine and here, and to the end', async () => {
    await fill(numbers.map((n) => padded(n)));
    const here = not(isIn('kind', numbers.slice(0, 60).map(BigInt)));
    for (const where of [isIn('kind', [3n, 4n]), here, and([here, gt('key', padded(ROWS - 2_500))])]) {
      expect(await page('asc', LIMIT, where)).toHaveLength(LIMIT);
      expect(reads.rows).toBeLessThanOrEqual(MOST_ROWS);
    }
    // More values than an engine is asked for at once.
    expect(await page('asc', LIMIT, isIn('key', numbers.slice(0, 9_000).map(padded)))).toHaveLength(LIMIT);
    expect(await page('asc', LIMIT, gt('key', padded(ROWS - 10)))).toHaveLength(9);
    expect(await page('desc', LIMIT, lt('key', ''))).toEqual([]);
  });

  it('is right, if not cheap, where the samples are not fair', async () => {
    await fill(numbers.slice(0, 9_000).map(padded), (n) => (n % 2 === 0 ? 0n : null));
    expect(await page('asc', LIMIT)).toHaveLength(LIMIT);
    expect(await page('desc', 1_000)).toHaveLength(1_000);
  });

  it('of any texts, of any length', async () => {
    const texts = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 6 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom('asc', 'desc'),
        async (keys, limit, direction) => {
          await complete.delete('notes', everyRow());
          if (keys.length > 0) await fill(keys);
          expect(await page(direction, limit)).toHaveLength(Math.min(limit, keys.length));
        },
      ),
      { numRuns: 60 },
    );
  });
});
