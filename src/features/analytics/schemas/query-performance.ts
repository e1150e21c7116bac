import { Type } from '../../../shared/type-builder.ts';

/** Timings of the server's own queries; not a part of TAMS. */

const ms = Type.Number({ minimum: 0, description: 'Milliseconds.' });
const count = Type.Integer({ minimum: 0 });

export const tableParams = Type.Object({
  table: Type.String({ description: 'A table of the server, or `*` for whole transactions.' }),
});

export const TablePerformanceSchema = Type.Object(
  {
    table: Type.String({ description: '`*` stands for whole transactions.' }),
    operations: Type.Array(
      Type.Object({
        operation: Type.String(),
        count,
        errors: count,
        rows: count,
        total_ms: ms,
        mean_ms: ms,
        max_ms: ms,
        p50_ms: ms,
        p95_ms: ms,
        p99_ms: ms,
      }),
    ),
  },
  { title: 'TablePerformance' },
);

const summary = {
  since: Type.String({ format: 'date-time' }),
  count,
  errors: count,
  slow: count,
  slow_threshold_ms: ms,
  tables: Type.Array(TablePerformanceSchema),
};
export const PerformanceSchema = Type.Object(summary, { title: 'QueryPerformance' });

export const SlowQuerySchema = Type.Object(
  {
    table: Type.String(),
    operation: Type.String(),
    started_at: Type.String({ format: 'date-time' }),
    duration_ms: ms,
    rows: count,
    failed: Type.Boolean(),
    predicate: Type.Optional(Type.String({ description: 'With `?` for its values.' })),
  },
  { title: 'SlowQuery' },
);

export const PerformanceExport = Type.Object(
  { ...summary, slow_queries: Type.Array(SlowQuerySchema) },
  { title: 'QueryPerformanceExport' },
);
