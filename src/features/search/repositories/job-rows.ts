import type { Job, JobInput } from '../rules/job.ts';
import { uuidV7 } from '../../../shared/uuid.ts';
import type { JobRow } from '../search-job-tables.ts';

/** The row of a job that was never tried. */
export function newRow(
  { idempotencyKey, assetId, versionId = null, enginePolicy = null, data = '{}' }: JobInput,
  delayMs: number,
): JobRow {
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
    lease_token: null,
    enqueued_ms: BigInt(nowMs),
    scheduled_ms: scheduledMs,
    started_ms: null,
    completed_ms: null,
  };
}

/** Changes of an ended job that is to run once more. */
export function dueAnew(delayMs = 0) {
  const scheduledMs = BigInt(Date.now() + delayMs);
  return { status: 'waiting', attempt: 0, due_ms: scheduledMs, scheduled_ms: scheduledMs, completed_ms: null } as const;
}

export function toJob(row: JobRow): Job {
  const { started_ms: startedMs } = row;
  return {
    id: row.id,
    idempotencyKey: row.idempotency_key,
    assetId: row.asset_id,
    versionId: row.version_id,
    enginePolicy: row.engine_policy,
    data: row.data,
    attempt: row.attempt,
    status: row.status,
    lastError: row.last_error,
    enqueuedMs: Number(row.enqueued_ms),
    scheduledMs: Number(row.scheduled_ms),
    startedMs: startedMs === null ? null : Number(startedMs),
  };
}

/** The job in its dead letter: enough to enqueue it again. */
export function jobDataOf(job: Job): string {
  const { id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs } = job;
  return JSON.stringify({ id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs });
}
