import type { Job, JobStatus } from '../../domain/search/job.ts';
import type { Row } from '../../vastdb/query/select-query.ts';

export function toJob(row: Row): Job {
  const startedMs = row['started_ms'] as bigint | null;
  const completedMs = row['completed_ms'] as bigint | null;
  return {
    id: row['id'] as string,
    idempotencyKey: row['idempotency_key'] as string,
    assetId: row['asset_id'] as string,
    versionId: row['version_id'] as string | null,
    enginePolicy: row['engine_policy'] as string | null,
    data: row['data'] as string,
    attempt: row['attempt'] as number,
    status: row['status'] as JobStatus,
    lastError: row['last_error'] as string | null,
    enqueuedMs: Number(row['enqueued_ms']),
    scheduledMs: Number(row['scheduled_ms']),
    startedMs: startedMs === null ? null : Number(startedMs),
    completedMs: completedMs === null ? null : Number(completedMs),
  };
}

/** The job as it is kept with its dead letter: enough to enqueue it again. */
export function jobDataOf(job: Job): string {
  const { id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs } = job;
  return JSON.stringify({ id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs });
}
