import type { OtlpTracing } from '../../operation/otlp-tracing.ts';
import type { QueryMonitorOptions } from './query-monitor.ts';

/** Makes a span of each query, if there are traces. */
export function tracedQueries(tracing: OtlpTracing | undefined): QueryMonitorOptions {
  if (tracing === undefined) return {};
  return {
    onQuery: (table, operation, startedMs, rows, failed) => {
      const attributes = {
        'db.collection.name': table,
        'db.operation.name': operation,
        'db.response.returned_rows': rows,
      };
      tracing.record({ name: `${operation} ${table}`, startedMs, failed, attributes });
    },
  };
}
