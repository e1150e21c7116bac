import type { MetricSource } from './metric-source.ts';

/** Memory of one part of the server that has a bound. */
export interface MemoryUse {
  /** A label of the metrics. */
  readonly part: string;
  readonly budgetBytes: number;
  /** None where it cannot be told. */
  readonly usedBytes?: () => number;
}

/** The bounds that MEMORY_MIB and its overrides gave to the process and its parts, and what they take. */
export const memorySources = (parts: readonly MemoryUse[]): MetricSource[] => [
  {
    name: 'tams_memory_budget_bytes',
    help: 'Memory that the process, and each part of it with a bound, may take.',
    type: 'gauge',
    read: () => parts.map(({ part, budgetBytes }) => ({ value: budgetBytes, labels: { part } })),
  },
  {
    name: 'tams_memory_used_bytes',
    help: 'Memory that the process, resident, and the parts that can tell take.',
    type: 'gauge',
    read: () =>
      parts.flatMap(({ part, usedBytes }) =>
        usedBytes === undefined ? [] : [{ value: usedBytes(), labels: { part } }],
      ),
  },
];
