import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { FormatUrn } from '../documents/format.ts';
import type { Profile } from './profile.ts';

/** Columns are what is searched or sorted by; all of a profile is in its `document`. */
export const PROFILES = defineTable({
  name: 'profiles',
  doc: 'Profiles of TAMS 8.2: one row each.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'format', type: text<FormatUrn>(), required: true },
    { name: 'codec', type: 'string', required: true },
    { name: 'label', type: 'string' },
    { name: 'created_ns', type: 'int64', required: true },
    { name: 'auth_classes', type: 'string', required: true },
    { name: 'document', type: json<Profile>(), required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['created_ns', 'id'] },
    { columns: ['format', 'created_ns', 'id'] },
    { columns: ['codec', 'created_ns', 'id'], equalityOnly: ['codec'] },
    { columns: ['label', 'created_ns', 'id'], equalityOnly: ['label'] },
  ],
  internal: false,
  docs: {
    id: 'Id of the profile: a UUID.',
    format: 'Format of its flows, as a URN of TAMS.',
    codec: 'Media type of the coding.',
    label: 'Label.',
    created_ns: 'When it was made, since 1970.',
    auth_classes: 'Classes with access, each between commas; a lone `*` is everybody.',
    document: 'The profile as JSON.',
  },
});
