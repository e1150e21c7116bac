import { describe, expect, it } from 'vitest';
import { DURATION_BOUNDS_MS } from '../../../src/operation/metrics/duration-tally.ts';
import { OperationMetrics } from '../../../src/operation/operation-metrics.ts';

describe('OperationMetrics', () => {
  it('counts operations and failures, and sums up their times', () => {
    const metrics = new OperationMetrics();
    metrics.record('get', 3, true);
    metrics.record('get', 40_000, false);
    metrics.record('put', 1, true);
    const snapshot = metrics.snapshot();
    expect([...snapshot.keys()]).toEqual(['get', 'put']);
    expect(snapshot.get('get')).toMatchObject({
      failures: 1,
      maxMs: 40_000,
      durations: { count: 2, sumMs: 40_003 },
    });
  });

  it('counts in each bucket what took at most as long', () => {
    const metrics = new OperationMetrics();
    for (const ms of [0.5, 1, 1.5, 100, 40_000]) metrics.record('get', ms, true);
    const within = metrics.snapshot().get('get')?.durations.within ?? [];
    const upTo = (bound: (typeof DURATION_BOUNDS_MS)[number]) => within[DURATION_BOUNDS_MS.indexOf(bound)];
    expect([upTo(0.5), upTo(1), upTo(5), upTo(50), upTo(100), upTo(30_000)]).toEqual([1, 2, 3, 3, 4, 4]);
  });

  it('tells its listener of each operation', () => {
    const told: unknown[] = [];
    const metrics = new OperationMetrics((...operation) => told.push(operation));
    metrics.record('get', 3, false);
    expect(told).toEqual([['get', 3, false]]);
  });
});
