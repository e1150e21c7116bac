import type { Logger } from 'pino';
import type { OperationConfig } from './operation-settings.ts';
import type { OtlpTracing } from './otlp-tracing.ts';

/** Traces, if they are configured; their libraries are not even loaded otherwise. */
export async function openTracing(
  { tracing }: OperationConfig,
  version: string,
  logger: Logger,
): Promise<OtlpTracing | undefined> {
  if (tracing === undefined) return undefined;
  const { OtlpTracing } = await import('./otlp-tracing.ts');
  return new OtlpTracing({
    ...tracing,
    version,
    onFailure: (error) => logger.warn({ err: error }, 'traces could not be delivered'),
  });
}
