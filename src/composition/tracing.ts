import type { Logger } from 'pino';
import type { Config } from '../settings.ts';
import type { OperationListener } from '../operation/operation-metrics.ts';
import type { Tracing } from '../operation/tracing.ts';
import type { QueryMonitorOptions } from '../vastdb/monitor/query-monitor.ts';

/** Traces, if they are configured; the libraries that they need are not even loaded otherwise. */
export async function openTracing(config: Config, version: string, logger: Logger): Promise<Tracing | undefined> {
  const { tracing } = config.operation;
  if (tracing === undefined) return undefined;
  const { OtlpTracing } = await import('../operation/otlp-tracing.ts');
  return new OtlpTracing({
    ...tracing,
    version,
    onFailure: (error) => logger.warn({ err: error }, 'traces could not be delivered'),
  });
}

/** Makes a span of each query, if there are traces. */
export function tracedQueries(tracing: Tracing | undefined): QueryMonitorOptions {
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

/** Makes a span of each operation on a storage backend, if there are traces. */
export function tracedOperations(tracing: Tracing | undefined, storageId: string): OperationListener | undefined {
  if (tracing === undefined) return undefined;
  return (operation, ms, ok) => {
    const attributes = { 'tams.storage_id': storageId, 'tams.operation': operation };
    tracing.record({ name: `media ${operation}`, startedMs: performance.now() - ms, failed: !ok, attributes });
  };
}
