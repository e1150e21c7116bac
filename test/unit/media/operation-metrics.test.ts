import { describe, expect, it } from 'vitest';
import { OPERATION_BUCKETS_MS, OperationMetrics } from '../../../src/observability/operation-metrics.ts';

describe('OperationMetrics', () => {
  it('counts operations and failures, and sums up their times', () => {
    const metrics = new OperationMetrics();
    metrics.record('get', 3, true);
    metrics.record('get', 40_000, false);
    metrics.record('put', 1, true);
    const snapshot = metrics.snapshot();
    expect([...snapshot.keys()]).toEqual(['get', 'put']);
    expect(snapshot.get('get')).toMatchObject({ count: 2, failures: 1, totalMs: 40_003, maxMs: 40_000 });
  });

  it('counts in each bucket what took at most as long', () => {
    const metrics = new OperationMetrics();
    for (const ms of [0.5, 1, 1.5, 100, 40_000]) metrics.record('get', ms, true);
    const { buckets = [] } = metrics.snapshot().get('get') ?? {};
    const upTo = (bound: (typeof OPERATION_BUCKETS_MS)[number]) => buckets[OPERATION_BUCKETS_MS.indexOf(bound)];
    expect([upTo(1), upTo(5), upTo(50), upTo(100), upTo(30_000)]).toEqual([2, 3, 3, 4, 4]);
  });
});
