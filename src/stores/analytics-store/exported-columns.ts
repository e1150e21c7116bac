import type { ExportQuery } from '../../domain/analytics.ts';
import type { ExportedColumn } from '../../vastdb/analytics/analysis.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import { ACCESS_COLUMN } from '../vast-store/access.ts';
import { FLOWS, OBJECTS, SEGMENTS } from '../vast-store/tables.ts';

const TABLES: Readonly<Record<ExportQuery['table'], TableDefinition>> = {
  segments: SEGMENTS,
  flows: FLOWS,
  objects: OBJECTS,
};

/** Where media lie is told by signed URLs alone, and external URLs may hold secrets. */
const LEFT_OUT: ReadonlySet<string> = new Set([ACCESS_COLUMN, 'locations', 'external_urls']);

/** What is exported of a table, with its types. */
export const exportedColumns = (table: ExportQuery['table']): ExportedColumn[] =>
  TABLES[table].columns.flatMap(({ name, type }) =>
    LEFT_OUT.has(name) || type === 'binary' || type === 'vector' ? [] : [{ name, type }],
  );
