import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ColumnDefinition, TableDefinition } from '../../../src/vastdb/engine.ts';
import { and, eq, everyRow, gte, isNull, lt, or } from '../../../src/vastdb/predicate/builder.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { withFaults } from '../../support/vastdb/engine-decorators.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';
import { insertRows, selectOne, updateRows } from '../../support/vastdb/rows.ts';

const THINGS = {
  name: 'things',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'size', type: 'int64' },
    { name: 'count', type: 'int32' },
    { name: 'ratio', type: 'float64' },
    { name: 'done', type: 'bool' },
    { name: 'bytes', type: 'binary' },
    { name: 'point', type: 'vector', dimension: 2 },
  ],
  sortKey: ['id'],
} as const satisfies TableDefinition;

let temporary: TemporaryEngine;
beforeEach(async () => {
  temporary = await openTemporaryEngine();
});
afterEach(async () => {
  await temporary.dispose();
});

describe.each(['the embedded engine', 'the least capable engine'])('VastDBManager on %s', (which) => {
  let manager: VastDBManager;
  beforeEach(async () => {
    const engine = which === 'the embedded engine' ? temporary.engine : withoutOrdering(temporary.engine);
    manager = await VastDBManager.open(engine, [THINGS]);
  });

  const ids = async (): Promise<unknown[]> =>
    (await manager.selectRows({ table: 'things', columns: ['id'], orderBy: [{ column: 'id', direction: 'asc' }] })).map(
      ({ id }) => id,
    );

  it('returns what was inserted, with null for what was left out', async () => {
    const full = {
      id: 'a',
      size: -5n,
      count: 7,
      ratio: 0.5,
      done: false,
      bytes: new Uint8Array([0, 255]),
      point: new Float32Array([1, -2]),
    };
    expect(await insertRows(manager, 'things', [full, { id: 'b', size: undefined }])).toBe(2);
    expect(await selectOne(manager, { table: 'things', where: eq('id', 'a') })).toEqual(full);
    expect(
      await manager.selectRows({ table: 'things', columns: ['id', 'size', 'done'], where: isNull('size') }),
    ).toEqual([{ id: 'b', size: null, done: null }]);
    expect(await selectOne(manager, { table: 'things', where: eq('id', 'c') })).toBeUndefined();
    expect(await manager.count('things')).toBe(2);
    expect(await manager.count('things', gte('size', -5n))).toBe(1);
  });

  it('updates and deletes by predicate, also by one that the engine cannot evaluate', async () => {
    await insertRows(manager, 'things', [
      { id: 'a', size: 1n },
      { id: 'b', size: 2n },
      { id: 'c', size: 3n },
      { id: 'd' },
    ]);
    expect(await updateRows(manager, 'things', or([eq('id', 'a'), eq('size', 3n)]), { count: 9, done: true })).toBe(2);
    const changed = await manager.selectRows({ table: 'things', columns: ['id'], where: eq('count', 9) });
    expect(changed.map(({ id }) => id).sort()).toEqual(['a', 'c']);
    expect(await updateRows(manager, 'things', eq('id', 'none'), { count: 1 })).toBe(0);
    expect(await manager.delete('things', or([eq('id', 'd'), lt('size', 2n)]))).toBe(2);
    expect(await ids()).toEqual(['b', 'c']);
    expect(await manager.delete('things', gte('size', 0n), { limit: 1, lane: 'background' })).toBe(1);
    expect(await ids()).toHaveLength(1);
  });

  it('updates and deletes by row ids within a transaction that reads its own writes', async () => {
    const left = await manager.transaction(async (tx) => {
      await tx.insertArrays(
        'things',
        ['id', 'size'],
        [
          ['a', 1n],
          ['b', 2n],
        ],
      );
      const { rowIds } = await tx.select({
        table: 'things',
        columns: [],
        rowIds: true,
        orderBy: [{ column: 'id', direction: 'asc' }],
      });
      await tx.updateByRowIds('things', rowIds, ['count'], [[10], [20]]);
      await tx.deleteByRowIds('things', rowIds.slice(0, 1));
      return tx.selectRows({ table: 'things', columns: ['id', 'count'] });
    });
    expect(left).toEqual([{ id: 'b', count: 20 }]);
    expect(await manager.reader('background').selectRows({ table: 'things', columns: ['id'] })).toEqual([{ id: 'b' }]);
  });

  it('changes many rows in batches', async () => {
    const count = 25_000;
    const rows = Array.from({ length: count }, (_, index) => ({ id: `i${index}` }));
    await insertRows(manager, 'things', rows);
    expect(await updateRows(manager, 'things', everyRow(), { size: 1n })).toBe(count);
    expect(await manager.count('things', eq('size', 1n))).toBe(count);
    expect(await manager.delete('things', eq('size', 1n))).toBe(count);
    expect(await manager.count('things')).toBe(0);
  });

  it('undoes a transaction that throws', async () => {
    const failed = manager.transaction(async (tx) => {
      await tx.insert('things', [{ id: 'a' }]);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await manager.count('things')).toBe(0);
  });

  it('empties no table by a filter that came out empty', async () => {
    await insertRows(manager, 'things', [{ id: 'a' }, { id: 'b' }]);
    await expect(manager.delete('things', and([]))).rejects.toThrow(/everyRow/);
    await expect(updateRows(manager, 'things', and([and([]), and([])]), { size: 1n })).rejects.toThrow(/everyRow/);
    expect(await manager.count('things', isNull('size'))).toBe(2);
    expect(await manager.delete('things', everyRow())).toBe(2);
  });

  it('refuses rows that do not fit, and writes none of them', async () => {
    const refused: [Record<string, unknown>, RegExp][] = [
      [{ id: 'x', colour: 'red' }, /table things has no column colour; it has id, size/],
      [{ size: 1n }, /column id of table things, row 1: a value is required/],
      [{ id: 'x', size: 1 }, /column size of table things, row 1: expected a bigint, got a number/],
      [{ id: 'x', size: 2n ** 63n }, /int64/],
      [{ id: 'x', count: 1.5 }, /int32/],
      [{ id: 'x', count: 2 ** 31 }, /int32/],
      [{ id: 'x', ratio: Number.NaN }, /NaN/],
      [{ id: 'x', done: 1 }, /expected a boolean/],
      [{ id: 'x', bytes: 'text' }, /expected a Uint8Array, got a string/],
      [{ id: 'x', point: new Float32Array(3) }, /2 elements, got 3/],
    ];
    for (const [row, message] of refused) {
      // Rows that come from outside may be anything, whatever their type says.
      const call = insertRows(manager, 'things', [{ id: 'fine' }, row as Record<string, string>]);
      await expect(call).rejects.toThrow(message);
      await expect(call).rejects.toBeInstanceOf(TableError);
    }
    await expect(manager.transaction((tx) => tx.insertArrays('things', ['size'], [[1n]]))).rejects.toThrow(
      /needs a value for column id/,
    );
    await expect(manager.transaction((tx) => tx.insertArrays('things', ['id', 'id'], [['a', 'b']]))).rejects.toThrow(
      /twice/,
    );
    await expect(manager.transaction((tx) => tx.insertArrays('things', ['id'], [['a', 'b']]))).rejects.toThrow(
      /2 cells for 1 columns/,
    );
    await expect(updateRows(manager, 'things', everyRow(), { id: 'x' })).rejects.toThrow(/sort key/);
    await expect(updateRows(manager, 'things', everyRow(), { colour: 'red' })).rejects.toThrow(/no column colour/);
    await expect(insertRows(manager, 'nothing', [{ id: 'a' }])).rejects.toThrow(/no table nothing/);
    expect(await manager.count('things')).toBe(0);
  });

  it('times queries by table and operation, errors too', async () => {
    await insertRows(manager, 'things', [{ id: 'a' }, { id: 'b' }]);
    await manager.selectRows({ table: 'things' });
    await expect(manager.select({ table: 'things', columns: ['colour'] })).rejects.toThrow();
    const { tables } = manager.performanceSummary();
    const operations = tables.find(({ table }) => table === 'things')?.operations ?? [];
    expect(operations.find(({ operation }) => operation === 'insert')).toMatchObject({ count: 1, errors: 0, rows: 2 });
    expect(operations.find(({ operation }) => operation === 'select')).toMatchObject({ count: 2, errors: 1, rows: 2 });
    expect(manager.performanceSummary()).toMatchObject({ count: 4, errors: 1 });
    manager.resetPerformance();
    expect(manager.performanceSummary().count).toBe(0);
  });

  it('lists tables, and learns of others on demand', async () => {
    expect(manager.listTables()).toEqual(['things']);
    await temporary.engine.createTable({ name: 'later', columns: [{ name: 'text', type: 'string' }] });
    await expect(insertRows(manager, 'later', [{ text: 'x' }])).rejects.toThrow(/no table later/);
    await manager.refreshTableMetadata('later');
    await insertRows(manager, 'later', [{ text: 'x' }]);
    expect(await manager.stats('later')).toMatchObject({ rows: 1 });
    await temporary.engine.dropTable('later');
    await manager.refreshTableMetadata('later');
    expect(manager.listTables()).not.toContain('later');
    await manager.refreshTableMetadata();
    expect(manager.listTables()).toContain('things');
    await expect(manager.health()).resolves.toBeUndefined();
  });
});

describe('write conflicts', () => {
  it('are retried, but not for ever', async () => {
    const { engine, faults } = withFaults(temporary.engine);
    const manager = await VastDBManager.open(engine, [THINGS], { conflictAttempts: 3 });
    let conflicts = 2;
    faults.transaction = (point) => {
      if (point === 'beforeCommit' && conflicts-- > 0) throw new TableError('conflict', 'another won');
    };
    await insertRows(manager, 'things', [{ id: 'a' }]);
    expect(await manager.count('things')).toBe(1);
    conflicts = 3;
    await expect(insertRows(manager, 'things', [{ id: 'b' }])).rejects.toMatchObject({ kind: 'conflict' });
    expect(await manager.count('things')).toBe(1);
  });

  it('is not how other errors are treated', async () => {
    const { engine, faults } = withFaults(temporary.engine);
    const manager = await VastDBManager.open(engine, [THINGS]);
    let runs = 0;
    faults.transaction = (point) => {
      if (point !== 'before') return;
      runs++;
      throw new TableError('unavailable', 'gone');
    };
    await expect(insertRows(manager, 'things', [{ id: 'a' }])).rejects.toMatchObject({ kind: 'unavailable' });
    expect(runs).toBe(1);
  });
});

describe('errors', () => {
  it('are translated once for callers, and not inside of a transaction', async () => {
    const manager = await VastDBManager.open(temporary.engine, [THINGS], {
      translate: (error) => new Error('translated', { cause: error }),
    });
    const reader = manager.reader();
    const query = { table: 'missing', columns: ['id'] };
    let inside: unknown;
    const attempts = {
      select: () => reader.select(query),
      count: () => reader.count('missing'),
      snapshot: () => reader.inSnapshot((same) => same.select(query)),
      seek: () => reader.seek({ ...query, where: eq('id', 'a'), column: 'size', points: [0n], direction: 'before' }),
      scan: () => reader.scan(query).next(),
      transaction: () =>
        manager.transaction(async (tx) => {
          inside = await tx.select(query).catch((error: unknown) => error);
          throw inside;
        }),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const error: unknown = await attempt().catch((failure: unknown) => failure);
      expect(error, name).toMatchObject({ message: 'translated', cause: expect.any(TableError) as TableError });
    }
    expect(inside).toBeInstanceOf(TableError);
  });
});

describe('evolution', () => {
  const columns = (...names: string[]): ColumnDefinition[] =>
    names.map((name, index) => ({ name, type: 'string', required: index === 0 }));

  it('creates what is missing, keeps data, and changes nothing the next time', async () => {
    const first = await VastDBManager.open(temporary.engine, [
      { name: 'a', columns: columns('id', 'x'), sortKey: ['id'] },
    ]);
    expect(first.evolution).toEqual({ createdTables: ['a'], addedColumns: [] });
    await insertRows(first, 'a', [{ id: '1', x: 'kept' }]);

    const required: ColumnDefinition = { name: 'y', type: 'int64', required: true };
    const next: TableDefinition[] = [
      {
        name: 'a',
        columns: [...columns('id'), required],
        sortKey: ['id'],
        indexes: [{ columns: ['y'], unique: true }],
      },
      { name: 'b', columns: columns('id') },
    ];
    const second = await VastDBManager.open(temporary.engine, next);
    expect(second.evolution).toEqual({ createdTables: ['b'], addedColumns: [{ table: 'a', columns: ['y'] }] });
    expect(await second.selectRows({ table: 'a' })).toEqual([{ id: '1', x: 'kept', y: null }]);
    await insertRows(second, 'a', [{ id: '2', y: 5n }]);
    await expect(insertRows(second, 'a', [{ id: '3', y: 5n }])).rejects.toMatchObject({ kind: 'duplicate' });

    const third = await VastDBManager.open(temporary.engine, next);
    expect(third.evolution).toEqual({ createdTables: [], addedColumns: [] });
    expect(await third.count('a')).toBe(2);
  });

  it('refuses to start where a column has another type', async () => {
    await VastDBManager.open(temporary.engine, [{ name: 'a', columns: columns('id', 'x') }]);
    const other = VastDBManager.open(temporary.engine, [
      { name: 'a', columns: [...columns('id'), { name: 'x', type: 'vector', dimension: 3 }] },
    ]);
    await expect(other).rejects.toThrow('column x of table a is string in the engine, but vector(3) is needed');
  });

  it('can run in several processes at once', async () => {
    await VastDBManager.open(temporary.engine, [{ name: 'a', columns: columns('id') }]);
    const next = [{ name: 'a', columns: columns('id', 'x', 'y') }];
    const both = await Promise.all([
      VastDBManager.open(temporary.engine, next),
      VastDBManager.open(temporary.engine, next),
    ]);
    const row = { id: '1', x: null, y: null };
    for (const manager of both) {
      await insertRows(manager, 'a', [row]);
      expect(await manager.selectRows({ table: 'a' })).toEqual([row]);
      await manager.delete('a', everyRow());
    }
  });
});
