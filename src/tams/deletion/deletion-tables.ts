import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { DeletionRequest, DeletionStatus } from './deletion-request.ts';

export const DELETION_REQUESTS = defineTable({
  name: 'deletion_requests',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'flow_id', type: 'string', required: true },
    { name: 'object_id', type: 'string' },
    { name: 'timerange_to_delete', type: 'string', required: true },
    { name: 'timerange_remaining', type: 'string', required: true },
    { name: 'delete_flow', type: 'bool', required: true },
    { name: 'status', type: text<DeletionStatus>(), required: true },
    { name: 'created', type: 'string', required: true },
    { name: 'created_by', type: 'string', required: true },
    { name: 'updated', type: 'string', required: true },
    { name: 'expiry_ms', type: 'int64' },
    { name: 'error', type: json<NonNullable<DeletionRequest['error']>>() },
    { name: 'auth_classes', type: 'string' },
    // See documents/sort-keys.ts.
    { name: 'sort_created', type: 'string' },
    { name: 'sort_expiry', type: 'string' },
    { name: 'spread', type: 'int64' },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['flow_id'] },
    { columns: ['sort_created'] },
    { columns: ['sort_expiry'] },
  ],
});
