import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { FormatUrn } from '../documents/format.ts';
import { SORT_DEFINITIONS, SORT_DOCS, SORT_INDEXES } from '../documents/sort-keys.ts';
import { tagItemTable, tagTable } from '../documents/tag-index.ts';
import type { Source } from './source.ts';

/** Columns are what is searched or sorted by; all of a source is in its `document`. */
export const SOURCES = defineTable({
  name: 'sources',
  doc: 'Sources: one row each. All of a source is in its `document`.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'format', type: text<FormatUrn>(), required: true },
    { name: 'label', type: 'string' },
    { name: 'created_ns', type: 'int64', required: true },
    { name: 'auth_classes', type: 'string' },
    ...SORT_DEFINITIONS,
    { name: 'document', type: json<Source>(), required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['created_ns', 'id'] },
    { columns: ['label', 'created_ns', 'id'], equalityOnly: ['label'] },
    ...SORT_INDEXES,
  ],
  internal: ['sort_created', 'sort_updated', 'sort_label', 'spread'],
  docs: {
    id: 'Id of the source: a UUID.',
    format: 'Format, as a URN of TAMS.',
    label: 'Label.',
    created_ns: 'When it was made, since 1970.',
    auth_classes: 'Classes with access, each between commas; a lone `*` is everybody.',
    ...SORT_DOCS,
    document: 'The source as JSON, as TAMS 8.2 has it, without what is inferred.',
  },
});

export const SOURCE_TAGS = { whole: tagTable('source_tags'), items: tagItemTable('source_tag_items') };
