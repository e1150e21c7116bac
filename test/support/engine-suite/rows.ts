import { describe, expect, it } from 'vitest';
import type { Cell, ColumnDefinition } from '../../../src/vastdb/engine.ts';
import { allRows, createTable, insert, rejection, sorted, type SuiteContext } from './context.ts';

const columns: readonly ColumnDefinition[] = [
  { name: 'text', type: 'string' },
  { name: 'big', type: 'int64' },
  { name: 'small', type: 'int32' },
  { name: 'real', type: 'float64' },
  { name: 'flag', type: 'bool' },
  { name: 'bytes', type: 'binary' },
  { name: 'embedding', type: 'vector', dimension: 3 },
];
const names = columns.map(({ name }) => name);

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

const extremes: Record<string, Cell[]> = {
  text: [
    '',
    ' ',
    "'; DROP TABLE x; --",
    '"',
    '%_\\',
    'a\0b',
    '\0',
    '😀',
    '\uffff',
    '\u{10ffff}',
    'é',
    'x'.repeat(100_000),
  ],
  big: [0n, 1n, -1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, maxInt64, minInt64, minInt64 + 1n],
  small: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)],
  real: [0, 1, -1, 0.1, 1e308, -1e308, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, Infinity, -Infinity],
  flag: [true, false],
  bytes: [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(255, 0, 254), new Uint8Array(100_000).fill(7)],
  embedding: [Float32Array.of(0, 0, 0), Float32Array.of(1.5, -2.25, 3e38)],
};

export function describeRows(context: SuiteContext): void {
  describe('cells', () => {
    it.each(columns)('gives back every $type as it came, extremes and null', async (column) => {
      const table = await createTable(context, [{ name: 'n', type: 'int32' }, column]);
      const cells = [...(extremes[column.name] ?? []), null];
      expect(cells.length).toBeGreaterThan(1);
      await insert(
        context,
        table,
        ['n', column.name],
        cells.map((cell, index) => [index, cell]),
      );
      const { rows } = await context
        .engine()
        .reader()
        .select({ table, columns: ['n', column.name] });
      const found = rows.toSorted((a, b) => Number(a[0]) - Number(b[0])).map((row) => row[1]);
      expect(found).toEqual(cells);
    });

    it('finds rows again by their extremes', async () => {
      const table = await createTable(context, columns);
      for (const column of columns.filter(({ type }) => type !== 'vector')) {
        for (const value of extremes[column.name] ?? []) {
          if (value === null) continue;
          await insert(context, table, [column.name], [[value]]);
          const where = { op: 'eq', column: column.name, value } as const;
          const { rows } = await context
            .engine()
            .reader()
            .select({ table, columns: [column.name], where });
          expect(rows).toEqual([[value]]);
        }
      }
    });

    it('makes columns that are left out null', async () => {
      const table = await createTable(context, columns);
      await insert(context, table, ['big'], [[7n]]);
      expect(await allRows(context, table, names)).toEqual([[null, 7n, null, null, null, null, null]]);
    });

    it('keeps all rows that come at once, whatever their count', async () => {
      for (const count of [31, 32, 33, 100]) {
        const table = await createTable(context, columns);
        const row = (n: number): Cell[] => [BigInt(n), n % 3 === 0 ? null : `text ${n}`, n % 2 === 0, n, n / 2];
        const rows = Array.from({ length: count }, (_, n) => row(n));
        const written = ['big', 'text', 'flag', 'small', 'real'];
        await insert(context, table, written, rows);
        const found = await allRows(context, table, written);
        expect(found.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(rows);
      }
    });

    const SIGNS = [
      '"',
      '\\',
      '\\"',
      '\\n',
      '\\\\',
      '{}',
      '[1,2]',
      ',',
      'NULL',
      'null',
      '',
      "'",
      '{"a":"\\\\"}',
      '\u007f',
      '\u2028',
    ];
    const CONTROL_SIGNS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code));
    it.each([
      ['signs of lists', SIGNS],
      ['each control character', CONTROL_SIGNS],
      ['both', [...SIGNS, ...CONTROL_SIGNS]],
    ])('inserts, finds and updates rows together whose texts are %s', async (_what, texts) => {
      const table = await createTable(context, [
        { name: 'n', type: 'int32' },
        { name: 'text', type: 'string' },
      ]);
      const numbered = (all: readonly string[]): Cell[][] => all.map((text, n) => [n, text]);
      await insert(context, table, ['n', 'text'], numbered(texts));
      expect(await allRows(context, table, ['n', 'text'])).toEqual(sorted(numbered(texts)));
      const among = { op: 'in', column: 'text', values: texts } as const;
      expect(await context.engine().reader().count(table, among)).toBe(texts.length);
      const turned = texts.toReversed();
      await context.engine().transaction(async (tx) => {
        const { rows, rowIds } = await tx.select({ table, columns: ['n'], rowIds: true });
        const cells = rows.map(([n]) => [turned[Number(n)] ?? null]);
        await tx.update(table, rowIds, ['text'], cells);
      });
      expect(await allRows(context, table, ['n', 'text'])).toEqual(sorted(numbered(turned)));
    });

    it('returns cells in the order of the asked columns', async () => {
      const table = await createTable(context, columns);
      await insert(context, table, ['flag', 'text', 'small'], [[true, 'x', 3]]);
      expect(await allRows(context, table, ['small', 'text', 'flag', 'small'])).toEqual([[3, 'x', true, 3]]);
    });

    it.each([maxInt64 + 1n, minInt64 - 1n])('refuses %s as an int64', async (value) => {
      const table = await createTable(context, columns);
      await rejection(insert(context, table, ['big'], [[value]]), 'invalid');
      const where = { op: 'lte', column: 'big', value } as const;
      await rejection(context.engine().reader().count(table, where), 'invalid');
      expect(await context.engine().reader().count(table)).toBe(0);
    });

    it('refuses a vector of another dimension', async () => {
      const table = await createTable(context, columns);
      await rejection(insert(context, table, ['embedding'], [[Float32Array.of(1, 2)]]), 'invalid');
    });
  });

  describe('row ids', () => {
    const layouts = [
      { layout: 'a plain table', sortKey: undefined },
      { layout: 'a table with a sort key', sortKey: ['flow', 'start'] },
    ];
    const rowColumns: ColumnDefinition[] = [
      { name: 'flow', type: 'string', required: true },
      { name: 'start', type: 'int64', required: true },
      { name: 'note', type: 'string' },
      { name: 'flag', type: 'bool' },
    ];

    async function filled(sortKey: readonly string[] | undefined): Promise<string> {
      const table = await createTable(context, rowColumns, sortKey === undefined ? {} : { sortKey });
      await insert(
        context,
        table,
        ['flow', 'start', 'note'],
        [
          ['', minInt64, 'a'],
          ['3:x', 5n, 'b'],
          ["'\0😀", -7n, 'c'],
          ['x', maxInt64, 'd'],
        ],
      );
      return table;
    }

    it.each(layouts)('update and delete just their rows, in $layout', async ({ sortKey }) => {
      const table = await filled(sortKey);
      await context.engine().transaction(async (tx) => {
        const { rows, rowIds } = await tx.select({ table, columns: ['note'], rowIds: true });
        expect(rowIds).toHaveLength(4);
        const idOf = (note: string) => rowIds.filter((_, index) => rows[index]?.[0] === note);
        await tx.update(
          table,
          [...idOf('b'), ...idOf('a')],
          ['note', 'flag'],
          [
            ['B', true],
            [null, false],
          ],
        );
        await tx.delete(table, idOf('d'));
      });
      expect(await allRows(context, table, ['flow', 'start', 'note', 'flag'])).toEqual(
        sorted([
          ['', minInt64, null, false],
          ['3:x', 5n, 'B', true],
          ["'\0😀", -7n, 'c', null],
        ]),
      );
    });

    it.each(layouts)('come without any column, in $layout', async ({ sortKey }) => {
      const table = await filled(sortKey);
      const found = await context.engine().reader().select({ table, columns: [], rowIds: true });
      expect(found.rows).toEqual([[], [], [], []]);
      expect(new Set(found.rowIds).size).toBe(4);
      await context.engine().transaction((tx) => tx.delete(table, found.rowIds), { lane: 'background' });
      expect(await context.engine().reader().count(table)).toBe(0);
    });

    it.each(layouts)('serve both lanes, in $layout', async ({ sortKey }) => {
      const table = await filled(sortKey);
      const where = { op: 'eq', column: 'note', value: 'c' } as const;
      const { rowIds } = await context
        .engine()
        .reader('background')
        .select({ table, columns: [], where, rowIds: true });
      await context.engine().transaction((tx) => tx.update(table, rowIds, ['note'], [['C']]));
      expect(
        await context
          .engine()
          .reader()
          .count(table, { ...where, value: 'C' }),
      ).toBe(1);
    });

    it('refuses as many row ids as there are not rows', async () => {
      const table = await filled(undefined);
      const { rowIds } = await context.engine().reader().select({ table, columns: [], rowIds: true });
      await rejection(
        context.engine().transaction((tx) => tx.update(table, rowIds, ['note'], [['x']])),
        'invalid',
      );
    });
  });

  describe('unique keys', () => {
    it('are enforced by sort keys and unique indexes, where the engine has them', async () => {
      const { relational } = context.engine().capabilities;
      const table = await createTable(
        context,
        [
          { name: 'id', type: 'string', required: true },
          { name: 'mail', type: 'string' },
        ],
        { sortKey: ['id'], indexes: [{ columns: ['mail'], unique: true }] },
      );
      await insert(context, table, ['id', 'mail'], [['a', 'm']]);
      const attempts = [
        [
          ['b', 'n'],
          ['a', 'o'],
        ],
        [
          ['c', 'p'],
          ['d', 'm'],
        ],
      ];
      for (const rows of attempts) {
        const attempt = insert(context, table, ['id', 'mail'], rows);
        if (relational) await rejection(attempt, 'duplicate');
        else await attempt;
      }
      expect(await context.engine().reader().count(table)).toBe(relational ? 1 : 5);
    });

    it('leave nothing of an insert that failed, when the transaction goes on', async () => {
      if (!context.engine().capabilities.relational) return;
      const table = await createTable(context, [{ name: 'id', type: 'int64', required: true }], { sortKey: ['id'] });
      await insert(context, table, ['id'], [[3n]]);
      for (const lane of ['interactive', 'background'] as const) {
        await context.engine().transaction(
          async (tx) => {
            await rejection(tx.insert(table, ['id'], [[1n], [2n], [3n]]), 'duplicate');
            const many = Array.from({ length: 70 }, (_, index) => [BigInt(70 - index)]);
            await rejection(tx.insert(table, ['id'], many), 'duplicate');
            await tx.insert(table, ['id'], [[lane === 'interactive' ? 4n : 5n]]);
          },
          { lane },
        );
      }
      expect(await allRows(context, table, ['id'])).toEqual([[3n], [4n], [5n]]);
    });
  });
}
