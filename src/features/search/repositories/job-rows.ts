import type { Job, JobInput, JobStatus } from '../rules/job.ts';
import { uuidV7 } from '../../../shared/uuid.ts';
import type { NewRow, Row } from '../../../vastdb/query/select-query.ts';

/** The row of a job that was never tried. */
export function newRow(
  { idempotencyKey, assetId, versionId = null, enginePolicy = null, data = '{}' }: JobInput,
  delayMs: number,
) {
  const nowMs = Date.now();
  const scheduledMs = BigInt(nowMs + delayMs);
  return {
    id: uuidV7(nowMs),
    idempotency_key: idempotencyKey,
    asset_id: assetId,
    version_id: versionId,
    engine_policy: enginePolicy,
    data,
    attempt: 0,
    status: 'waiting',
    last_error: null,
    due_ms: scheduledMs,
    enqueued_ms: BigInt(nowMs),
    scheduled_ms: scheduledMs,
    started_ms: null,
    completed_ms: null,
  } satisfies NewRow;
}

/** Changes of an ended job that is to run once more. */
export function dueAnew(delayMs = 0) {
  const scheduledMs = BigInt(Date.now() + delayMs);
  return { status: 'waiting', attempt: 0, due_ms: scheduledMs, scheduled_ms: scheduledMs, completed_ms: null } as const;
}

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

/** The job in its dead letter: enough to enqueue it again. */
export function jobDataOf(job: Job): string {
  const { id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs } = job;
  return JSON.stringify({ id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs });
}
