import { describe, expect, it } from 'vitest';
import type { ColumnDefinition } from '../../../src/vastdb/engine.ts';
import { allRows, createTable, insert, rejection, type SuiteContext } from './context.ts';

const everyType: readonly ColumnDefinition[] = [
  { name: 'text', type: 'string', required: true },
  { name: 'big', type: 'int64' },
  { name: 'small', type: 'int32' },
  { name: 'real', type: 'float64' },
  { name: 'flag', type: 'bool' },
  { name: 'bytes', type: 'binary' },
  { name: 'embedding', type: 'vector', dimension: 3 },
];

const typeOf = ({ name, type, dimension }: ColumnDefinition): unknown => ({ name, type, dimension });

/** Names that would end a quoted name, or a statement, where they are pasted into one. */
const hostileNames = ['a"; DROP TABLE b; --', 'a b', '', 'a"', "a'", 'a;b', 'a\0b', 'é', '1a', '*', 'a.b'];

export function describeSchema(context: SuiteContext): void {
  describe('tables and columns', () => {
    it('describes a table as it was created', async () => {
      const table = await createTable(context, everyType);
      const columns = await context.engine().describeTable(table);
      expect(columns?.map(typeOf)).toEqual(everyType.map(typeOf));
      expect(await context.engine().listTables()).toContain(table);
    });

    it('knows nothing of a table that was not created', async () => {
      expect(await context.engine().describeTable('no_such_table')).toBeUndefined();
      expect(await context.engine().listTables()).not.toContain('no_such_table');
    });

    it('keeps the rows of a table that is created again', async () => {
      const definition = {
        name: context.tableName(),
        columns: [{ name: 'id', type: 'string' }] as const,
        indexes: [{ columns: ['id'] }],
      };
      await Promise.all([context.engine().createTable(definition), context.engine().createTable(definition)]);
      await insert(context, definition.name, ['id'], [['kept']]);
      await context.engine().createTable(definition);
      expect(await allRows(context, definition.name, ['id'])).toEqual([['kept']]);
    });

    it('leaves a table as it is when the definition has grown, until it is told to add', async () => {
      const name = await createTable(context, [{ name: 'id', type: 'string' }]);
      const columns = [
        { name: 'id', type: 'string' },
        { name: 'size', type: 'int64' },
      ] as const;
      const definition = { name, columns, indexes: [{ columns: ['size'] }] };
      await context.engine().createTable(definition);
      expect((await context.engine().describeTable(name))?.map((column) => column.name)).toEqual(['id']);
      await context.engine().addColumns(name, columns);
      await context.engine().createIndexes(definition);
      expect((await context.engine().describeTable(name))?.map((column) => column.name)).toEqual(['id', 'size']);
    });

    it('adds columns that are null in the rows that were there', async () => {
      const table = await createTable(context, [{ name: 'id', type: 'string', required: true }]);
      await insert(context, table, ['id'], [['old']]);
      const added: ColumnDefinition[] = [
        { name: 'size', type: 'int64', required: true },
        { name: 'vector', type: 'vector', dimension: 2 },
      ];
      await context.engine().addColumns(table, added);
      await context.engine().addColumns(table, added);
      await insert(context, table, ['id', 'size', 'vector'], [['young', 5n, Float32Array.of(1, 2)]]);
      expect(await allRows(context, table, ['id', 'size', 'vector'])).toEqual([
        ['old', null, null],
        ['young', 5n, Float32Array.of(1, 2)],
      ]);
      const described = await context.engine().describeTable(table);
      expect(described?.map(({ name }) => name)).toEqual(['id', 'size', 'vector']);
    });

    it('refuses to add columns to a table that is not there', async () => {
      const message = await rejection(
        context.engine().addColumns('no_such_table', [{ name: 'a', type: 'string' }]),
        'invalid',
      );
      expect(message).toContain('no_such_table');
    });

    it('creates missing indexes any number of times', async () => {
      const columns: ColumnDefinition[] = [
        { name: 'a', type: 'string' },
        { name: 'b', type: 'int64' },
      ];
      const name = await createTable(context, columns);
      await insert(context, name, ['a', 'b'], [['x', 1n]]);
      const definition = { name, columns, indexes: [{ columns: ['a', 'b'] }, { columns: ['b'] }] };
      await Promise.all([context.engine().createIndexes(definition), context.engine().createIndexes(definition)]);
      const where = { op: 'eq', column: 'b', value: 1n } as const;
      expect(await context.engine().reader().count(name, where)).toBe(1);
    });

    it('takes keywords of SQL as names', async () => {
      const table = await createTable(context, [
        { name: 'order', type: 'int64' },
        { name: 'select', type: 'string' },
      ]);
      await insert(context, table, ['order', 'select'], [[1n, 'x']]);
      const where = { op: 'eq', column: 'order', value: 1n } as const;
      expect(
        (
          await context
            .engine()
            .reader()
            .select({ table, columns: ['select'], where })
        ).rows,
      ).toEqual([['x']]);
    });

    it('counts the rows of a table', async () => {
      const table = await createTable(context, [{ name: 'id', type: 'int64' }]);
      await insert(
        context,
        table,
        ['id'],
        Array.from({ length: 250 }, (_, index) => [BigInt(index)]),
      );
      const { rows, bytes } = await context.engine().stats(table);
      expect(rows).toBe(250);
      if (bytes !== undefined) expect(bytes).toBeGreaterThan(250);
    });

    it('drops a table', async () => {
      const table = await createTable(context, [{ name: 'id', type: 'int64' }]);
      await context.engine().dropTable(table);
      expect(await context.engine().describeTable(table)).toBeUndefined();
      await rejection(context.engine().reader().count(table), 'invalid');
    });
  });

  describe('names that are not what they should be', () => {
    it.each(hostileNames)('refuses %j as a name', async (name) => {
      const engine = context.engine();
      const table = await createTable(context, [{ name: 'a', type: 'string' }]);
      await insert(context, table, ['a'], [['kept']]);
      const reader = engine.reader();
      const where = { op: 'eq', column: name, value: 'x' } as const;
      await rejection(engine.createTable({ name, columns: [{ name: 'a', type: 'string' }] }), 'invalid');
      await rejection(
        engine.createTable({ name: context.tableName(), columns: [{ name, type: 'string' }] }),
        'invalid',
      );
      await rejection(engine.addColumns(table, [{ name, type: 'string' }]), 'invalid');
      await rejection(reader.select({ table: name, columns: ['a'] }), 'invalid');
      await rejection(reader.select({ table, columns: [name] }), 'invalid');
      await rejection(reader.select({ table, columns: ['a'], where }), 'invalid');
      await rejection(
        reader.select({ table, columns: ['a'], orderBy: [{ column: name, direction: 'asc' }] }),
        'invalid',
      );
      await rejection(reader.count(name), 'invalid');
      await rejection(insert(context, name, ['a'], [['x']]), 'invalid');
      await rejection(insert(context, table, [name], [['x']]), 'invalid');
      expect(await allRows(context, table, ['a'])).toEqual([['kept']]);
    });

    it('names the unknown table and the unknown column', async () => {
      const table = await createTable(context, [{ name: 'a', type: 'string' }]);
      const reader = context.engine().reader();
      expect(await rejection(reader.select({ table: 'nowhere', columns: ['a'] }), 'invalid')).toContain('nowhere');
      const message = await rejection(reader.select({ table, columns: ['missing'] }), 'invalid');
      expect(message).toContain('missing');
      expect(message).toContain(table);
    });
  });
}
