import type { ExportedColumn } from '../../../vastdb/analytics/analysis.ts';
import type { TableDefinition } from '../../../vastdb/engine.ts';
import { ACCESS_COLUMN } from '../../../tams/access/access.ts';
import { SORT_COLUMNS } from '../../../tams/documents/sort-keys.ts';
import { UNSIGNED_COLUMNS } from '../../../tams/flows/flow-row.ts';

/**
 * Columns that are never exported: locations of media (only signed URLs show them), external URLs, which may hold
 * secrets, the internal lives of flows, and the keys that listings are sorted by.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ACCESS_COLUMN,
  ...SORT_COLUMNS,
  'locations',
  'external_urls',
  'life',
  'first_life',
]);

/** The table keeps it open at its end, where a GET adds the URLs. */
const OPEN_OBJECT = 'fragment';

/**
 * The exported columns of a table, with their types.
 *
 * @param limited whether classes limit the view: the first flow of an object may be hidden from it.
 */
export const exportedColumns = ({ columns }: TableDefinition, limited: boolean): ExportedColumn[] =>
  columns.flatMap(({ name, type }): ExportedColumn[] => {
    if (limited && name === 'first_flow') return [];
    if (LEFT_OUT.has(name) || type === 'binary' || type === 'vector') return [];
    if (name === OPEN_OBJECT) return [{ name, type, suffix: '}' }];
    return [{ name, type: UNSIGNED_COLUMNS.has(name) ? 'uint64' : type }];
  });
