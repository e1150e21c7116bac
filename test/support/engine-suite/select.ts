import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/vastdb/engine.ts';
import { allRows, createTable, insert, sorted, withCapability, type SuiteContext } from './context.ts';

export function describeSelect(context: SuiteContext): void {
  describe('select', () => {
    async function people(): Promise<string> {
      const table = await createTable(context, [
        { name: 'id', type: 'int64' },
        { name: 'town', type: 'string' },
        { name: 'age', type: 'int32' },
      ]);
      const rows: Cell[][] = Array.from({ length: 24 }, (_, index) => [
        BigInt(index),
        ['Ulm', 'Kiel', 'Bonn'][index % 3] ?? null,
        index % 4,
      ]);
      await insert(context, table, ['id', 'town', 'age'], rows);
      return table;
    }

    it('orders by several columns in both directions', async () => {
      const table = await people();
      const request = {
        table,
        columns: ['town', 'age', 'id'],
        orderBy: [
          { column: 'town', direction: 'desc' },
          { column: 'age', direction: 'asc' },
          { column: 'id', direction: 'desc' },
        ],
      } as const;
      const ask = () => context.engine().reader().select(request);
      await withCapability(context.engine().capabilities.relational, ask, async () => {
        const { rows } = await ask();
        const expected = Array.from({ length: 24 }, (_, index): Cell[] => [
          ['Ulm', 'Kiel', 'Bonn'][index % 3] ?? null,
          index % 4,
          BigInt(index),
        ]).sort(
          (a, b) =>
            String(b[0]).localeCompare(String(a[0])) || Number(a[1]) - Number(b[1]) || Number(b[2]) - Number(a[2]),
        );
        expect(rows).toEqual(expected);
      });
    });

    it('begins with the last row up to a value, where one statement can find it', async () => {
      const table = await createTable(context, [
        { name: 'id', type: 'string' },
        { name: 'start', type: 'int64' },
      ]);
      const starts: [string, bigint][] = [
        ['a', -10n],
        ['a', 0n],
        ['a', 10n],
        ['a', 20n],
        ['b', 4n],
      ];
      await insert(context, table, ['id', 'start'], starts);
      const ask = async (atMost: bigint, id = 'a'): Promise<Cell[]> => {
        const where = { op: 'eq', column: 'id', value: id } as const;
        const request = {
          table,
          columns: ['start'],
          where,
          since: { column: 'start', atMost, where },
          orderBy: [{ column: 'start', direction: 'asc' }],
        } as const;
        return (await context.engine().reader().select(request)).rows.flat();
      };
      await withCapability(
        context.engine().capabilities.relational,
        () => ask(5n),
        async () => {
          expect(await ask(5n)).toEqual([0n, 10n, 20n]);
          expect(await ask(10n)).toEqual([10n, 20n]);
          expect(await ask(-11n)).toEqual([-10n, 0n, 10n, 20n]);
          expect(await ask(99n)).toEqual([20n]);
          expect(await ask(5n, 'b')).toEqual([4n]);
          expect(await ask(5n, 'nobody')).toEqual([]);
        },
      );
    });

    it('looks up what belongs to each row in another table', async () => {
      const owners = await createTable(context, [
        { name: 'id', type: 'string' },
        { name: 'note', type: 'string' },
      ]);
      const links = await createTable(context, [
        { name: 'from', type: 'string' },
        { name: 'to', type: 'string' },
      ]);
      await insert(
        context,
        owners,
        ['id', 'note'],
        [
          ['a', 'x'],
          ['b', 'y'],
          ['c', 'z'],
          [null, 'none'],
        ],
      );
      const pairs = [
        ['q"1', 'a'],
        ['p', 'a'],
        ['p', 'a'],
        [null, 'a'],
        ['a', 'b'],
        ['b', null],
      ];
      await insert(context, links, ['from', 'to'], pairs);
      const lookups = [{ table: links, column: 'from', match: 'to', equals: 'id' }];
      const ask = () =>
        context
          .engine()
          .reader()
          .select({ table: owners, columns: ['note'], lookups, rowIds: true });
      await withCapability(context.engine().capabilities.relational, ask, async () => {
        const { rows, rowIds } = await ask();
        expect(rowIds).toHaveLength(4);
        expect(sorted(rows)).toEqual([
          ['none', '[]'],
          ['x', '["p","q\\"1"]'],
          ['y', '["a"]'],
          ['z', '[]'],
        ]);
      });
    });

    it('orders texts by code points', async () => {
      const table = await createTable(context, [{ name: 'text', type: 'string' }]);
      const texts = ['b', 'a', 'B', '\uffff', '😀', '', 'é', 'aa'];
      await insert(
        context,
        table,
        ['text'],
        texts.map((text) => [text]),
      );
      const ask = () =>
        context
          .engine()
          .reader()
          .select({ table, columns: ['text'], orderBy: [{ column: 'text', direction: 'asc' }] });
      await withCapability(context.engine().capabilities.relational, ask, async () => {
        expect((await ask()).rows.flat()).toEqual(['', 'B', 'a', 'aa', 'b', 'é', '\uffff', '😀']);
      });
    });

    it.each([0, 1, 5, 24, 100])('returns at most %i rows when asked for as many', async (limit) => {
      const table = await people();
      const { rows } = await context
        .engine()
        .reader()
        .select({ table, columns: ['id'], limit });
      expect(rows).toHaveLength(Math.min(limit, 24));
      expect(new Set(rows.flat()).size).toBe(rows.length);
    });

    it('returns equal rows once when asked for distinct ones', async () => {
      const table = await people();
      const ask = () =>
        context
          .engine()
          .reader()
          .select({ table, columns: ['town'], distinct: true });
      await withCapability(context.engine().capabilities.relational, ask, async () => {
        expect(sorted((await ask()).rows)).toEqual([['Bonn'], ['Kiel'], ['Ulm']]);
      });
    });

    it('counts all rows and those that are picked', async () => {
      const table = await people();
      const reader = context.engine().reader();
      expect(await reader.count(table)).toBe(24);
      expect(await reader.count(table, { op: 'eq', column: 'town', value: 'Ulm' })).toBe(8);
      expect(await context.engine().reader('background').count(table)).toBe(24);
    });

    it('reads the same in the background', async () => {
      const table = await people();
      const request = { table, columns: ['id', 'town', 'age'] };
      const { rows } = await context.engine().reader('background').select(request);
      expect(sorted(rows)).toEqual(await allRows(context, table, ['id', 'town', 'age']));
    });

    it('returns no row ids unless asked for', async () => {
      const table = await people();
      expect(
        (
          await context
            .engine()
            .reader()
            .select({ table, columns: ['id'] })
        ).rowIds,
      ).toEqual([]);
    });
  });
}
