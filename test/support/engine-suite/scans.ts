import { describe, expect, it } from 'vitest';
import type { Cell, ColumnBatch, ColumnDefinition, ScanRequest } from '../../../src/vastdb/engine.ts';
import { eq, gte } from '../../../src/vastdb/predicate/builder.ts';
import { createTable, insert, rejection, sorted, type SuiteContext } from './context.ts';

const columns: readonly ColumnDefinition[] = [
  { name: 'n', type: 'int32', required: true },
  { name: 'text', type: 'string' },
  { name: 'big', type: 'int64' },
  { name: 'flag', type: 'bool' },
];
const names = columns.map(({ name }) => name);

const rowsFrom = (start: number, count: number): Cell[][] =>
  Array.from({ length: count }, (_, index) => {
    const n = start + index;
    return [n, n % 5 === 0 ? null : `text ${n}`, 2n ** 60n + BigInt(n), n % 2 === 0];
  });

export function describeScans(context: SuiteContext): void {
  describe('scans', () => {
    const filled = async (count: number): Promise<string> => {
      const table = await createTable(context, columns, { sortKey: ['n'] });
      await insert(context, table, names, rowsFrom(0, count));
      return table;
    };
    const scan = (request: ScanRequest): AsyncIterable<ColumnBatch> =>
      context.engine().reader('background').scan(request);
    const batchesOf = async (request: ScanRequest): Promise<ColumnBatch[]> => Array.fromAsync(scan(request));

    it('reads every row once, column by column, in batches of the asked size', async () => {
      const table = await filled(1000);
      const batches = await batchesOf({ table, columns: names, batchRows: 64 });
      expect(batches.length).toBeGreaterThanOrEqual(Math.ceil(1000 / 64));
      for (const { rowCount, columns: cells } of batches) {
        expect(rowCount).toBeLessThanOrEqual(64);
        expect(cells.map(({ length }) => length)).toEqual(names.map(() => rowCount));
      }
      expect(rowsOf(batches)).toEqual(sorted(rowsFrom(0, 1000)));
    });

    it('reads the rows of a predicate, and the columns in the asked order', async () => {
      const table = await filled(300);
      const batches = await batchesOf({ table, columns: ['big', 'n'], where: gte('n', 290) });
      expect(rowsOf(batches)).toEqual(
        sorted(Array.from({ length: 10 }, (_, index) => [2n ** 60n + BigInt(290 + index), 290 + index])),
      );
      expect(rowsOf(await batchesOf({ table, columns: ['n'], where: eq('text', 'nothing') }))).toEqual([]);
    });

    it('has no batch of an empty table', async () => {
      expect(await batchesOf({ table: await filled(0), columns: ['n'] })).toEqual([]);
    });

    it('sees nothing of what is committed after its first batch, while other reads do', async () => {
      const table = await filled(2000);
      const found: number[] = [];
      for await (const { columns: cells } of scan({ table, columns: ['n'], batchRows: 100 })) {
        if (found.length === 0) {
          await insert(context, table, names, rowsFrom(10_000, 50));
          expect(await context.engine().reader('background').count(table)).toBe(2050);
        }
        found.push(...((cells[0] ?? []) as number[]));
      }
      expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2000 }, (_, n) => n));
    });

    it('can be left, and begun again', async () => {
      const table = await filled(500);
      for (let round = 0; round < 5; round++) {
        for await (const { rowCount } of scan({ table, columns: ['n'], batchRows: 10 })) {
          expect(rowCount).toBeGreaterThan(0);
          break;
        }
      }
      expect(rowsOf(await batchesOf({ table, columns: names }))).toHaveLength(500);
    });

    it('ends when its signal says so', async () => {
      const table = await filled(500);
      const abort = new AbortController();
      let batches = 0;
      const reading = (async () => {
        for await (const batch of scan({ table, columns: ['n'], batchRows: 10, signal: abort.signal })) {
          batches += batch.rowCount > 0 ? 1 : 0;
          abort.abort();
        }
      })();
      await rejection(reading, 'unavailable');
      expect(batches).toBe(1);
      await rejection(batchesOf({ table, columns: ['n'], signal: AbortSignal.abort() }), 'unavailable');
    });

    it('refuses unknown tables and columns, and no columns', async () => {
      const table = await filled(1);
      await rejection(batchesOf({ table: 'no_such_table', columns: ['n'] }), 'invalid');
      await rejection(batchesOf({ table, columns: ['no_such_column'] }), 'invalid');
      await rejection(batchesOf({ table, columns: [] }), 'invalid');
    });
  });
}

function rowsOf(batches: readonly ColumnBatch[]): Cell[][] {
  const rows = batches.flatMap(({ rowCount, columns: cells }) =>
    Array.from({ length: rowCount }, (_, row) => cells.map((column) => column[row] ?? null)),
  );
  return sorted(rows);
}
