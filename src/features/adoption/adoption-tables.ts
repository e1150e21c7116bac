import type { Rational } from '../../tams/flows/flow.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import type { FileFlow } from '../../tams/essence/file-flows.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { AdoptionState, Counts, KeyState, Layout } from './adoption.ts';

export const ADOPTIONS = defineTable({
  name: 'adoptions',
  doc: 'Adoptions of keys that lie in a bucket already.',
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
    { name: 'follows', type: 'bool' },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['created_ms'] }],
  internal: true,
  docs: {
    id: 'Id of the adoption: a UUID.',
    created_ms: 'When it was asked for.',
    updated_ms: 'When it last went on.',
    storage_id: 'Storage backend.',
    prefix: 'Folder of the keys.',
    layout: 'How keys become flows.',
    frame_rate: 'Frames a second as JSON, for frames.',
    tags: 'Tags of the flows as JSON.',
    delete_bytes: 'Whether the bytes go with their last segment.',
    starts: 'Whether it goes on by itself when it is planned.',
    principal: 'The principal who asked for it.',
    state: 'State of the work.',
    listed_to: 'The last key that was listed.',
    at_ordinal: 'Place of the last key that is done.',
    at_key: 'The last key that is done.',
    counts: 'How many keys are in which state, as JSON.',
    error: 'Why it failed.',
    follows: 'Whether frames that events tell of later are adopted too; null for no.',
  },
});

/** Flows to be made of many keys each. */
export const ADOPTION_SEQUENCES = defineTable({
  name: 'adoption_sequences',
  doc: 'Flows that an adoption makes of many keys.',
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
  internal: true,
  docs: {
    adoption_id: 'The adoption.',
    number: 'Number of the sequence.',
    name: 'Common part of the keys.',
    flow_id: 'Flow that it becomes.',
    flows: 'The same flow, and those below it, as JSON.',
    coding: 'Coding that all of its keys have.',
    end_ns: 'End of its last key on the timeline.',
    offset_ns: 'Distance of the timeline from the times in the media.',
    last: 'Number of the last key.',
  },
});

/** The plan of an adoption, key by key; what was done about each afterwards. */
export const ADOPTION_KEYS = defineTable({
  name: 'adoption_keys',
  doc: 'Keys of adoptions: the plan, and later the report.',
  columns: [
    { name: 'adoption_id', type: 'string', required: true },
    { name: 'ordinal', type: 'int64', required: true },
    { name: 'key', type: 'string', required: true },
    { name: 'size', type: 'int64', required: true },
    { name: 'init_key', type: 'string' },
    { name: 'state', type: text<KeyState>(), required: true },
    { name: 'reason', type: 'string' },
    { name: 'flow_id', type: 'string' },
    { name: 'start_ns', type: 'int64' },
    { name: 'end_ns', type: 'int64' },
    { name: 'offset_ns', type: 'int64' },
    { name: 'flows', type: json<readonly FileFlow[]>() },
  ],
  indexes: [{ columns: ['adoption_id', 'ordinal', 'key'] }],
  internal: true,
  docs: {
    adoption_id: 'The adoption.',
    ordinal: 'Place in the order of the work: sequence and number.',
    key: 'The key.',
    size: 'Size of its bytes.',
    init_key: 'Key of the initialisation segment that it needs.',
    state: 'How far it has come.',
    reason: 'Why it was refused.',
    flow_id: 'Flow that it belongs to.',
    start_ns: 'Begin on the timeline, inclusive.',
    end_ns: 'End on the timeline, exclusive.',
    offset_ns: 'Distance of the timeline from the times in the media.',
    flows: 'Flows of a key that is one by itself, as JSON.',
  },
});

/** Keys that events told of, until they are adopted. */
export const ADOPTION_ARRIVALS = defineTable({
  name: 'adoption_arrivals',
  doc: 'Keys that events told of, for adoptions that follow their folder.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'adoption_id', type: 'string', required: true },
    { name: 'key', type: 'string', required: true },
  ],
  indexes: [{ columns: ['adoption_id'] }],
  internal: true,
  docs: {
    id: 'Id of the entry.',
    adoption_id: 'The adoption.',
    key: 'The key.',
  },
});

export const ADOPTION_TABLES: readonly TableDefinition[] = [
  ADOPTIONS,
  ADOPTION_SEQUENCES,
  ADOPTION_KEYS,
  ADOPTION_ARRIVALS,
];
