import { defineTable, text } from '../../vastdb/schema/define-table.ts';
import type { InstanceTask } from './instance-job.ts';

/** Places in storage backends that no object has yet, or that none has any more: nothing else knows the bytes there. */
export const INSTANCE_JOBS = defineTable({
  name: 'instance_jobs',
  doc: 'Copies of objects that are being made, and bytes that are being deleted.',
  columns: [
    { name: 'object_id', type: 'string', required: true },
    { name: 'storage_id', type: 'string', required: true },
    { name: 'storage_path', type: 'string', required: true },
    { name: 'task', type: text<InstanceTask>(), required: true },
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'created_ms', type: 'int64', required: true },
    { name: 'attempts', type: 'int32', required: true },
    { name: 'principal', type: 'string', required: true },
    { name: 'error', type: 'string' },
  ],
  indexes: [{ columns: ['due_ms'] }, { columns: ['object_id'] }],
  internal: true,
  docs: {
    object_id: 'The object.',
    storage_id: 'Storage backend of the place.',
    storage_path: 'Key of the place.',
    task: '`copy` or `remove`.',
    due_ms: 'When it is tried (again).',
    created_ms: 'When it was asked for.',
    attempts: 'Attempts that failed.',
    principal: 'The principal who asked for it.',
    error: 'The last failure.',
  },
});
