import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { FormatUrn } from '../documents/format.ts';
import { SORT_DEFINITIONS, SORT_INDEXES } from '../documents/sort-keys.ts';
import { tagItemTable, tagTable } from '../documents/tag-index.ts';
import type { Source } from './source.ts';

/** Columns are what is searched or sorted by; all of a source is in its `document`. */
export const SOURCES = defineTable({
  name: 'sources',
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
});

export const SOURCE_TAGS = { whole: tagTable('source_tags'), items: tagItemTable('source_tag_items') };
