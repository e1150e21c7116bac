import type { MetricSource, TimingSource } from '../../operation/metrics/metric-source.ts';
import type { VastDBManager } from '../vast-db-manager.ts';

/** Timings of the table engine, by table and operation; `*` stands for whole transactions. */
export function tableSources(manager: VastDBManager): (MetricSource | TimingSource)[] {
  const timings = () =>
    manager
      .performanceSummary()
      .tables.flatMap(({ table, operations }) =>
        operations.map((each) => ({ ...each, labels: { table, operation: each.operation } })),
      );
  return [
    {
      name: 'tams_table_operation_duration_seconds',
      help: 'Operations on the tables, transactions and their retries included (table="*").',
      type: 'histogram',
      read: () =>
        timings().map(({ labels, count, totalMs, within }) => ({
          labels,
          durations: { count, sumMs: totalMs, within },
        })),
    },
    {
      name: 'tams_table_operation_failures_total',
      help: 'Operations on the tables that failed.',
      type: 'counter',
      read: () => timings().map(({ labels, errors }) => ({ labels, value: errors })),
    },
    {
      name: 'tams_table_rows_total',
      help: 'Rows that were read, counted or written.',
      type: 'counter',
      read: () => timings().map(({ labels, rows }) => ({ labels, value: rows })),
    },
    {
      name: 'tams_table_slow_operations_total',
      help: 'Operations on the tables that took longer than the threshold of slow ones.',
      type: 'counter',
      read: () => [{ value: manager.performanceSummary().slow }],
    },
  ];
}
