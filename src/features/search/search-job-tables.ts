import { defineTable, type RowOf, text } from '../../vastdb/schema/define-table.ts';
import type { JobStatus } from './rules/job.ts';

/** The tables of the indexing: its jobs, and where they come from. */

/** `due_ms`: from when on the job may be taken; see `repositories/job-queue.ts`. */
export const JOBS = defineTable({
  name: 'search_jobs',
  doc: 'Jobs of the indexing.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'idempotency_key', type: 'string', required: true },
    { name: 'asset_id', type: 'string', required: true },
    { name: 'version_id', type: 'string' },
    { name: 'engine_policy', type: 'string' },
    { name: 'data', type: 'string', required: true },
    { name: 'attempt', type: 'int32', required: true },
    { name: 'status', type: text<JobStatus>(), required: true },
    { name: 'last_error', type: 'string' },
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'lease_token', type: 'string' },
    { name: 'enqueued_ms', type: 'int64', required: true },
    { name: 'scheduled_ms', type: 'int64', required: true },
    { name: 'started_ms', type: 'int64' },
    { name: 'completed_ms', type: 'int64' },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['idempotency_key'], unique: true },
    { columns: ['due_ms'] },
    { columns: ['status'] },
    { columns: ['version_id'] },
  ],
  internal: true,
  docs: {
    id: 'Id of the job.',
    idempotency_key: 'The same key is the same job.',
    asset_id: 'Asset of the job.',
    version_id: 'Version of the job.',
    engine_policy: 'Engine, and its options.',
    data: 'Input of the job, as JSON.',
    attempt: 'Attempts.',
    status: 'State of the job.',
    last_error: 'The last failure.',
    due_ms: 'When it may be taken, or the lease of who has it ends.',
    lease_token: 'The worker that has it.',
    enqueued_ms: 'When it was made.',
    scheduled_ms: 'When it is to be done.',
    started_ms: 'When the last attempt began.',
    completed_ms: 'When it was done.',
  },
});

export const DEAD_LETTERS = defineTable({
  name: 'search_dead_letters',
  doc: 'Jobs that were given up.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'job_id', type: 'string', required: true },
    { name: 'asset_id', type: 'string', required: true },
    { name: 'version_id', type: 'string' },
    { name: 'error_code', type: 'string', required: true },
    { name: 'message', type: 'string', required: true },
    { name: 'retryable', type: 'bool', required: true },
    { name: 'attempt', type: 'int32', required: true },
    { name: 'job_data', type: 'string', required: true },
    { name: 'logs', type: 'string' },
    { name: 'created_ms', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['created_ms', 'id'] }],
  internal: true,
  docs: {
    id: 'Id of the letter.',
    job_id: 'The job.',
    asset_id: 'Asset of the job.',
    version_id: 'Version of the job.',
    error_code: 'Code of the failure.',
    message: 'The failure.',
    retryable: 'Whether another attempt may help.',
    attempt: 'Attempts.',
    job_data: 'The job as JSON.',
    logs: 'Output of the engine.',
    created_ms: 'When it was given up.',
  },
});

/** Objects that a subscription has notified of. */
export const WATCHED_OBJECTS = defineTable({
  name: 'search_watched_objects',
  doc: 'Objects that a subscription has told of.',
  columns: [
    { name: 'subscription', type: 'string', required: true },
    { name: 'key', type: 'string', required: true },
    { name: 'etag', type: 'string', required: true },
    { name: 'size_bytes', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['subscription', 'key'], unique: true }],
  internal: true,
  docs: {
    subscription: 'The subscription.',
    key: 'Key of the object.',
    etag: 'ETag of the object.',
    size_bytes: 'Size of the object.',
  },
});

export type JobRow = RowOf<typeof JOBS>;
export type DeadLetterRow = RowOf<typeof DEAD_LETTERS>;
