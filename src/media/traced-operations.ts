import type { OperationListener } from '../operation/operation-metrics.ts';
import type { OtlpTracing } from '../operation/otlp-tracing.ts';

/** Makes a span of each operation on a storage backend, if there are traces. */
export function tracedOperations(tracing: OtlpTracing | undefined, storageId: string): OperationListener | undefined {
  if (tracing === undefined) return undefined;
  return (operation, ms, ok) => {
    const attributes = { 'tams.storage_id': storageId, 'tams.operation': operation };
    tracing.record({ name: `media ${operation}`, startedMs: performance.now() - ms, failed: !ok, attributes });
  };
}
