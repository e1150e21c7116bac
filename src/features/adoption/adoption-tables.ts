import type { Rational } from '../../tams/flows/flow.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import type { FileFlow } from '../../tams/essence/file-flows.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { AdoptionState, Counts, KeyState, Layout } from './adoption.ts';

export const ADOPTIONS = defineTable({
  name: 'adoptions',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'created_ms', type: 'int64', required: true },
    { name: 'updated_ms', type: 'int64', required: true },
    { name: 'storage_id', type: 'string', required: true },
    { name: 'prefix', type: 'string', required: true },
    { name: 'layout', type: text<Layout>(), required: true },
    { name: 'frame_rate', type: json<Required<Rational>>() },
    { name: 'tags', type: json<Tags>(), required: true },
    { name: 'delete_bytes', type: 'bool', required: true },
    { name: 'starts', type: 'bool', required: true },
    { name: 'principal', type: 'string', required: true },
    { name: 'state', type: text<AdoptionState>(), required: true },
    { name: 'listed_to', type: 'string' },
    { name: 'at_ordinal', type: 'int64' },
    { name: 'at_key', type: 'string' },
    { name: 'counts', type: json<Counts>(), required: true },
    { name: 'error', type: 'string' },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['created_ms'] }],
});

/** Flows to be made of many keys each. */
export const ADOPTION_SEQUENCES = defineTable({
  name: 'adoption_sequences',
  columns: [
    { name: 'adoption_id', type: 'string', required: true },
    { name: 'number', type: 'int64', required: true },
    { name: 'name', type: 'string', required: true },
    { name: 'flow_id', type: 'string', required: true },
    { name: 'flows', type: json<readonly FileFlow[]>() },
    { name: 'coding', type: 'string' },
    { name: 'end_ns', type: 'int64' },
    { name: 'offset_ns', type: 'int64', required: true },
    { name: 'last', type: 'int64' },
  ],
  indexes: [{ columns: ['adoption_id', 'number'] }],
});

/** The plan of an adoption, key by key; what was done about each afterwards. */
export const ADOPTION_KEYS = defineTable({
  name: 'adoption_keys',
  columns: [
    { name: 'adoption_id', type: 'string', required: true },
    { name: 'ordinal', type: 'int64', required: true },
    { name: 'key', type: 'string', required: true },
    { name: 'size', type: 'int64', required: true },
    { name: 'state', type: text<KeyState>(), required: true },
    { name: 'reason', type: 'string' },
    { name: 'flow_id', type: 'string' },
    { name: 'start_ns', type: 'int64' },
    { name: 'end_ns', type: 'int64' },
    { name: 'offset_ns', type: 'int64' },
    { name: 'flows', type: json<readonly FileFlow[]>() },
  ],
  indexes: [{ columns: ['adoption_id', 'ordinal', 'key'] }],
});

export const ADOPTION_TABLES: readonly TableDefinition[] = [ADOPTIONS, ADOPTION_SEQUENCES, ADOPTION_KEYS];
