import { randomUUID } from 'node:crypto';
import { type ClaimedJob, type Job, JOB_BACKOFF, type JobFailure, type JobInput, MAX_ATTEMPTS } from '../rules/job.ts';
import { backoffMs } from '../../../shared/retry.ts';
import { INT64_MAX } from '../../../shared/time/timestamp.ts';
import type { RowId } from '../../../vastdb/engine.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { and, eq, isIn, lte } from '../../../vastdb/predicate/builder.ts';
import type { ChangesOf } from '../../../vastdb/schema/define-table.ts';
import type { Where } from '../../../vastdb/predicate/predicate.ts';
import { insertDeadLetter } from './dead-letters.ts';
import { readQueuePaused } from './state.ts';
import { type JobRow, JOBS } from '../search-job-tables.ts';
import { quarantine, settle } from './triage.ts';
import { uuidV7 } from '../../../shared/uuid.ts';

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
function jobDataOf(job: Job): string {
  const { id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs } = job;
  return JSON.stringify({ id, idempotencyKey, assetId, versionId, enginePolicy, data, attempt, enqueuedMs });
}

/** `due_ms` of a done job: it is never taken again. */
const NEVER = INT64_MAX;

const LOST: JobFailure = {
  code: 'lease_expired',
  message: 'Its workers died, or took too long, as often as a job is tried.',
  retryable: true,
};

/** Whether there is a job to take: an idle queue is looked at without a transaction. */
export async function hasDueJobs(reader: ManagedReader, nowMs: number): Promise<boolean> {
  const where = lte('due_ms', BigInt(nowMs));
  const { rows } = await reader.select({ table: JOBS, columns: ['id'], where, limit: 1 });
  return rows.length > 0;
}

/**
 * Takes up to `limit` due jobs: waiting ones, and those whose lease ran out because their consumer died. Each taker
 * writes the job's row, so only one of two takers commits.
 */
export async function claimJobs(
  tx: ManagedTransaction,
  limit: number,
  nowMs: number,
  leaseMs: number,
): Promise<ClaimedJob[]> {
  const { rows, rowIds } = await tx.select({
    table: JOBS,
    columns: ['id', 'due_ms'],
    where: lte('due_ms', BigInt(nowMs)),
    orderBy: [{ column: 'due_ms', direction: 'asc' }],
    limit,
    timeline: { column: 'due_ms' },
    rowIds: true,
  });
  // Read last: most looks find no job.
  const found = new Map(rows.map(([id], index) => [id, rowIds[index]]));
  if (found.size === 0 || (await readQueuePaused(tx))) return [];
  const jobs = await tx.selectRows({ table: JOBS, where: isIn('id', [...found.keys()]) });
  const claimed: ClaimedJob[] = [];
  const taken: { rowId: RowId; cells: readonly ['active', number, string, bigint, bigint] }[] = [];
  for (const job of jobs.map(toJob)) {
    const rowId = found.get(job.id);
    if (rowId === undefined) continue;
    if (job.status === 'active' && job.attempt >= MAX_ATTEMPTS) {
      await bury(tx, job, LOST, nowMs);
      continue;
    }
    const leaseToken = randomUUID();
    const leaseExpiresMs = nowMs + leaseMs;
    const attempt = job.attempt + 1;
    claimed.push({ ...job, attempt, status: 'active', startedMs: nowMs, leaseToken, leaseExpiresMs });
    taken.push({ rowId, cells: ['active', attempt, leaseToken, BigInt(leaseExpiresMs), BigInt(nowMs)] });
  }
  await tx.updateByRowIds(
    JOBS,
    taken.map(({ rowId }) => rowId),
    ['status', 'attempt', 'lease_token', 'due_ms', 'started_ms'],
    taken.map(({ cells }) => cells),
  );
  return claimed.sort((a, b) => a.scheduledMs - b.scheduledMs);
}

/** Renews leases that are still held, and returns the tokens of those. */
export async function renewLeases(
  tx: ManagedTransaction,
  tokens: readonly string[],
  expiresMs: number,
): Promise<Set<string>> {
  const { rows, rowIds } = await tx.select({
    table: JOBS,
    columns: ['lease_token'],
    where: and([isIn('lease_token', tokens), eq('status', 'active')]),
    rowIds: true,
  });
  const cells = rows.map(() => [BigInt(expiresMs)] as const);
  await tx.updateByRowIds(JOBS, rowIds, ['due_ms'], cells);
  return new Set(rows.flatMap(([token]) => token ?? []));
}

export async function completeJob(tx: ManagedTransaction, job: ClaimedJob, nowMs: number): Promise<boolean> {
  const isHeld = await changeHeld(tx, job, {
    status: 'completed',
    completed_ms: BigInt(nowMs),
    due_ms: NEVER,
    lease_token: null,
    last_error: null,
  });
  if (isHeld) await settle(tx, job.assetId, nowMs);
  return isHeld;
}

export async function failJob(
  tx: ManagedTransaction,
  job: ClaimedJob,
  failure: JobFailure,
  nowMs: number,
): Promise<boolean> {
  if (!failure.retryable || job.attempt >= MAX_ATTEMPTS) return buryHeld(tx, job, failure, nowMs);
  const scheduledMs = BigInt(nowMs + backoffMs(job.attempt, JOB_BACKOFF));
  return changeHeld(tx, job, {
    status: 'failed',
    scheduled_ms: scheduledMs,
    due_ms: scheduledMs,
    lease_token: null,
    last_error: failure.message,
  });
}

/** Puts the job back as if it had not been taken. */
export function handBackJob(tx: ManagedTransaction, job: ClaimedJob, nowMs: number): Promise<boolean> {
  const attempt = job.attempt - 1;
  return changeHeld(tx, job, { status: 'waiting', attempt, due_ms: BigInt(nowMs), lease_token: null });
}

/** The dead letter, the job's status and the asset's quarantine, in one transaction; nothing where the lease was lost. */
async function buryHeld(tx: ManagedTransaction, job: ClaimedJob, failure: JobFailure, nowMs: number): Promise<boolean> {
  if ((await tx.count(JOBS, heldBy(job))) === 0) return false;
  await bury(tx, job, failure, nowMs);
  return true;
}

async function bury(tx: ManagedTransaction, job: Job, failure: JobFailure, nowMs: number): Promise<void> {
  const { code, message, retryable } = failure;
  await tx.update(JOBS, eq('id', job.id), {
    status: 'dead',
    completed_ms: BigInt(nowMs),
    due_ms: NEVER,
    lease_token: null,
    last_error: message,
  });
  const { id: jobId, assetId, versionId, attempt } = job;
  const letter = { jobId, assetId, versionId, errorCode: code, message, retryable, attempt, logs: null };
  await insertDeadLetter(tx, { ...letter, jobData: jobDataOf(job) }, nowMs);
  await quarantine(tx, job, failure, nowMs);
}

async function changeHeld(tx: ManagedTransaction, job: ClaimedJob, change: ChangesOf<JobRow>): Promise<boolean> {
  return (await tx.update(JOBS, heldBy(job), change)) > 0;
}

/** A lease that ran out is still held until another takes the job: then the token is another. */
const heldBy = (job: ClaimedJob): Where<JobRow> =>
  and([eq('id', job.id), eq('lease_token', job.leaseToken), eq('status', 'active')]);
