import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Cell } from '../../../src/vastdb/engine.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { type Faults, withFaults } from '../../support/vastdb/engine-decorators.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';
import { insertRows, updateRows } from '../../support/vastdb/rows.ts';

const POINTS = {
  name: 'points',
  columns: [
    { name: 'series', type: 'string', required: true },
    { name: 'time', type: 'int64', required: true },
    { name: 'value', type: 'float64' },
    { name: 'note', type: 'string' },
  ],
  sortKey: ['series', 'time'],
} as const;
const KEYLESS = { name: 'keyless', columns: [{ name: 'text', type: 'string' }] } as const;
const COLUMNS = ['series', 'time', 'value'];
/** Pauses that the tests do not feel. */
const QUICK = { firstPauseMs: 1 };

let temporary: TemporaryEngine;
let manager: VastDBManager;
let faults: Faults;

describe.each(['the embedded engine', 'an engine without unique keys'])('batch insert on %s', (which) => {
  beforeEach(async () => {
    temporary = await openTemporaryEngine();
    const faulty = withFaults(which === 'the embedded engine' ? temporary.engine : withoutOrdering(temporary.engine));
    faults = faulty.faults;
    manager = await VastDBManager.open(faulty.engine, [POINTS, KEYLESS]);
  });
  afterEach(async () => {
    await temporary.dispose();
  });

  function points(count: number, series = 's'): Cell[][] {
    return Array.from({ length: count }, (_, index) => [series, BigInt(index), index / 2]);
  }

  async function times(): Promise<Cell[]> {
    const { rows } = await manager.select({
      table: 'points',
      columns: ['time'],
      where: eq('series', 's'),
      orderBy: [{ column: 'time', direction: 'asc' }],
    });
    return rows.map(([time]) => time ?? null);
  }

  /** Fails the transactions with these numbers (1 is the first) at the given point. */
  function failAt(
    numbers: readonly number[],
    point: 'before' | 'beforeCommit' | 'afterCommit',
    error: () => Error,
  ): void {
    let number = 0;
    faults.transaction = (at) => {
      if (at === 'before') number++;
      if (at === point && numbers.includes(number)) throw error();
    };
  }
  const unavailable = (): Error => new TableError('unavailable', 'the connection was lost');

  it('reports every batch, and leaves no trace in the ledger', async () => {
    const report = await manager.insertBatches('points', COLUMNS, points(25), { batchRows: 10 });
    expect(report).toMatchObject({
      success: true,
      table: 'points',
      totalRows: 25,
      totalInserted: 25,
      totalFailed: 0,
      batchesTotal: 3,
      batchesSuccessful: 3,
      batchesFailed: 0,
      failedBatchIds: [],
    });
    expect(Object.values(report.batchDetails)).toEqual([
      { batchIndex: 0, startRow: 0, endRow: 10, rowCount: 10, status: 'inserted', attempts: 1, rowsInserted: 10 },
      { batchIndex: 1, startRow: 10, endRow: 20, rowCount: 10, status: 'inserted', attempts: 1, rowsInserted: 10 },
      { batchIndex: 2, startRow: 20, endRow: 25, rowCount: 5, status: 'inserted', attempts: 1, rowsInserted: 5 },
    ]);
    expect(report.insertionRate).toBeCloseTo((25 * 1000) / report.executionTimeMs);
    expect(await times()).toHaveLength(25);
    expect(await manager.count('_batches')).toBe(0);
    expect(await manager.cleanupPartialInsertion(report)).toEqual({ rowsDeleted: 0, rowsKept: 0, rowsMissing: 0 });
    expect(await times()).toHaveLength(25);
  });

  it('inserts nothing by no rows', async () => {
    expect(await manager.insertBatches('points', COLUMNS, [])).toMatchObject({ success: true, batchesTotal: 0 });
  });

  it.each(['before', 'beforeCommit', 'afterCommit'] as const)(
    'writes each row once when the engine fails %s',
    async (point) => {
      failAt([1, 3, 4], point, unavailable);
      const report = await manager.insertBatches('points', COLUMNS, points(30), { batchRows: 10, ...QUICK });
      expect(report).toMatchObject({ success: true, totalInserted: 30 });
      expect(await times()).toEqual(points(30).map(([, time]) => time));
    },
  );

  it('looks an attempt up before it repeats it, even when the look-up failed first', async () => {
    failAt([1], 'afterCommit', () => {
      let failures = 7;
      faults.read = () => {
        if (failures-- > 0) throw unavailable();
      };
      return unavailable();
    });
    const report = await manager.insertBatches('points', COLUMNS, points(5), { attempts: 5, ...QUICK });
    faults.read = undefined;
    expect(report.success).toBe(true);
    expect(Object.values(report.batchDetails)[0]?.attempts).toBe(2);
    expect(await times()).toHaveLength(5);
  });

  it('says unknown where it could not find out, and cleans up either way', async () => {
    failAt([1], 'afterCommit', () => {
      faults.read = () => {
        throw unavailable();
      };
      return unavailable();
    });
    const report = await manager.insertBatches('points', COLUMNS, points(5), { attempts: 1, ...QUICK });
    faults.read = undefined;
    expect(report).toMatchObject({ success: false, totalInserted: 0, totalFailed: 5 });
    expect(Object.values(report.batchDetails)[0]).toMatchObject({
      status: 'unknown',
      error: 'the connection was lost',
    });
    expect(await times()).toHaveLength(5);
    expect(await manager.cleanupPartialInsertion(report)).toMatchObject({ rowsDeleted: 5 });
    expect(await times()).toEqual([]);
  });

  it('removes exactly the rows that a failed call left behind', async () => {
    await manager.transaction(async (tx) => {
      await tx.insert('points', [
        { series: 'other', time: 1n, value: 0.5 },
        { series: 's', time: 1000n },
      ]);
    });
    const before = await manager.selectRows({ table: 'points' });
    failAt([2], 'beforeCommit', () => new Error('the batch cannot be written'));
    const report = await manager.insertBatches('points', COLUMNS, points(1000), { batchRows: 300 });
    expect(report).toMatchObject({ success: false, totalInserted: 700, totalFailed: 300, batchesFailed: 1 });
    const [failedId = ''] = report.failedBatchIds;
    expect(report.batchDetails[failedId]).toMatchObject({
      batchIndex: 1,
      startRow: 300,
      endRow: 600,
      status: 'failed',
      attempts: 1,
      error: 'the batch cannot be written',
      rowsInserted: 0,
    });
    expect(await manager.count('points')).toBe(702);

    expect(await manager.cleanupPartialInsertion(report)).toEqual({ rowsDeleted: 700, rowsKept: 0, rowsMissing: 0 });
    expect(await manager.selectRows({ table: 'points' })).toEqual(expect.arrayContaining(before));
    expect(await manager.count('points')).toBe(2);
    expect(await manager.count('_batches')).toBe(0);
    expect(await manager.cleanupPartialInsertion(report)).toEqual({ rowsDeleted: 0, rowsKept: 0, rowsMissing: 0 });
  });

  it('leaves rows that others changed or wrote meanwhile', async () => {
    failAt([2], 'before', () => new Error('no'));
    const report = await manager.insertBatches('points', COLUMNS, points(20), { batchRows: 10 });
    faults.transaction = undefined;
    await updateRows(manager, 'points', eq('time', 3n), { value: 99 });
    await updateRows(manager, 'points', eq('time', 4n), { note: 'set by someone' });
    await manager.delete('points', eq('time', 5n));
    // The row of a batch that failed, written by someone else with the very same cells.
    await insertRows(manager, 'points', [{ series: 's', time: 12n, value: 6 }]);
    expect(await manager.cleanupPartialInsertion(report)).toEqual({ rowsDeleted: 7, rowsKept: 2, rowsMissing: 1 });
    expect(await times()).toEqual([3n, 4n, 12n]);
  });

  it('writes all or nothing when it is atomic', async () => {
    failAt([1], 'beforeCommit', () => new Error('no'));
    const failed = await manager.insertBatches('points', COLUMNS, points(25), { batchRows: 10, atomic: true });
    expect(failed).toMatchObject({ success: false, totalInserted: 0, batchesTotal: 3, batchesFailed: 3 });
    expect(await times()).toEqual([]);
    failAt([1], 'afterCommit', unavailable);
    const report = await manager.insertBatches('points', COLUMNS, points(25), {
      batchRows: 10,
      atomic: true,
      ...QUICK,
    });
    expect(report).toMatchObject({ success: true, totalInserted: 25, batchesTotal: 3 });
    expect(await times()).toHaveLength(25);
  });

  it('refuses rows that do not fit before anything is written', async () => {
    const wrong = [...points(3), ['s', 3, 1]];
    const call = manager.insertBatches('points', COLUMNS, wrong, { batchRows: 1 });
    await expect(call).rejects.toThrow('column time of table points, row 3: expected a bigint, got a number');
    await expect(manager.insertBatches('points', COLUMNS, points(1), { batchRows: 0 })).rejects.toThrow(/0 rows/);
    expect(await manager.count('points')).toBe(0);
  });

  it('needs a unique key, or to be atomic', async () => {
    await expect(manager.insertBatches('keyless', ['text'], [['a']])).rejects.toThrow(/pass atomic: true/);
    expect((await manager.insertBatches('keyless', ['text'], [['a']], { atomic: true })).success).toBe(true);
  });

  it('cleans up after its own reports only', async () => {
    failAt([1], 'before', () => new Error('no'));
    const report = await manager.insertBatches('points', COLUMNS, points(2));
    faults.transaction = undefined;
    await expect(manager.cleanupPartialInsertion({ ...report })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('batch insert of rows that are there already', () => {
  it('fails their batches alone, and cleaning up leaves the rows that were there', async () => {
    const { engine, dispose } = await openTemporaryEngine();
    try {
      const tables = await VastDBManager.open(engine, [POINTS]);
      await insertRows(tables, 'points', [{ series: 's', time: 15n, value: 7.5 }]);
      const rows = Array.from({ length: 30 }, (_, index): Cell[] => ['s', BigInt(index), index / 2]);
      const report = await tables.insertBatches('points', COLUMNS, rows, { batchRows: 10 });
      expect(report).toMatchObject({ totalInserted: 20, batchesFailed: 1 });
      expect(await tables.cleanupPartialInsertion(report)).toMatchObject({ rowsDeleted: 20 });
      expect(await tables.selectRows({ table: 'points' })).toEqual([
        { series: 's', time: 15n, value: 7.5, note: null },
      ]);
    } finally {
      await dispose();
    }
  });
});
