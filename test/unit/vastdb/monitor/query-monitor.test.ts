import { describe, expect, it } from 'vitest';

import { DurationHistogram, predicateShape, QueryMonitor } from '../../../../src/vastdb/monitor/query-monitor.ts';
import { and, between, eq, isIn, isNull, not, or } from '../../../../src/vastdb/predicate/builder.ts';

describe('DurationHistogram', () => {
  it('knows percentiles to within a quarter', () => {
    const histogram = new DurationHistogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.add(ms);
    for (const percentile of [1, 50, 95, 99]) {
      expect(histogram.percentile(percentile)).toBeGreaterThanOrEqual(percentile * 10);
      expect(histogram.percentile(percentile)).toBeLessThanOrEqual(percentile * 10 * 1.25);
    }
  });

  it('takes durations of any size', () => {
    const histogram = new DurationHistogram();
    expect(histogram.percentile(50)).toBe(0);
    histogram.add(0);
    expect(histogram.percentile(100)).toBe(0.001);
    histogram.add(1e12);
    expect(histogram.percentile(100)).toBeGreaterThan(1e6);
  });
});

describe('QueryMonitor', () => {
  const ago = (ms: number): number => performance.now() - ms;

  it('sums up by table and operation', () => {
    const monitor = new QueryMonitor();
    monitor.record('a', 'select', ago(10), 3);
    monitor.record('a', 'select', ago(30), 4);
    monitor.record('a', 'insert', ago(5), 1, true);
    monitor.record('b', 'count', ago(1), 9);
    const [select, insert] = monitor.forTable('a').operations;
    expect(select).toMatchObject({ operation: 'select', count: 2, errors: 0, rows: 7 });
    expect(select?.totalMs).toBeGreaterThanOrEqual(40);
    expect(select?.maxMs).toBeGreaterThanOrEqual(30);
    expect(select?.meanMs).toBeCloseTo((select?.totalMs ?? 0) / 2);
    expect(select?.p50Ms).toBeGreaterThanOrEqual(10);
    expect(select?.p99Ms).toBeLessThanOrEqual(select?.maxMs ?? 0);
    expect(insert).toMatchObject({ operation: 'insert', errors: 1 });
    expect(monitor.summary()).toMatchObject({ count: 4, errors: 1, slow: 0, slowThresholdMs: 100 });
    expect(monitor.summary().tables.map(({ table }) => table)).toEqual(['a', 'b']);
    expect(monitor.forTable('c')).toEqual({ table: 'c', operations: [] });
  });

  it('keeps the latest slow queries, newest first, without values', () => {
    const monitor = new QueryMonitor({ slowThresholdMs: 50, slowQueriesKept: 3 });
    monitor.record('fast', 'select', ago(5), 0);
    for (let index = 1; index <= 2; index++) monitor.record(`t${index}`, 'select', ago(60), index);
    expect(monitor.slowQueries().map(({ table }) => table)).toEqual(['t2', 't1']);
    for (let index = 3; index <= 7; index++) {
      monitor.record(`t${index}`, 'select', ago(60), index, index === 7, eq('name', 'a secret'));
    }
    const slow = monitor.slowQueries();
    expect(slow.map(({ table }) => table)).toEqual(['t7', 't6', 't5']);
    expect(slow[0]).toMatchObject({ operation: 'select', rows: 7, failed: true, predicate: 'name = ?' });
    expect(Math.abs((slow[0]?.startedAt ?? 0) + 60 - Date.now())).toBeLessThan(1000);
    expect(monitor.summary().slow).toBe(7);
    monitor.reset();
    expect(monitor.slowQueries()).toEqual([]);
    expect(monitor.summary()).toMatchObject({ count: 0, slow: 0, tables: [] });
  });
});

describe('the shape of a predicate', () => {
  it('describes a predicate without its values', () => {
    const predicate = and([
      or([eq('a', 'secret'), isNull('b')]),
      not(between('c', 1n, 2n)),
      isIn('d', ['x', 'secret']),
    ]);
    expect(predicateShape(predicate)).toBe('(a = ? or b is null) and not (c between ? and ?) and d in (?)');
  });
});
