import type { TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';
import { unknownTables } from './known-tables.ts';

export interface TableStatus {
  readonly table: string;
  /** `unknown`: this version of the server has no such table, so that nothing more is asked about it. */
  readonly state: 'current' | 'outdated' | 'missing' | 'unknown';
  readonly rows: number | null;
  /** Null where the engine cannot tell. */
  readonly bytes: number | null;
  readonly columns: number;
  readonly missing_columns: readonly string[];
  readonly missing_indexes: readonly string[];
}

/** How each table is, compared with what this version of the server needs; and those that it does not know. */
export async function tableStatuses(
  engine: TableEngine,
  definitions: readonly TableDefinition[],
): Promise<TableStatus[]> {
  const statuses: TableStatus[] = [];
  for (const definition of definitions) statuses.push(await statusOf(engine, definition));
  for (const name of await unknownTables(engine, definitions)) {
    statuses.push(nothingOf(name, 'unknown'));
  }
  return statuses.sort((a, b) => (a.table < b.table ? -1 : 1));
}

const nothingOf = (table: string, state: 'missing' | 'unknown', missing: readonly string[] = []): TableStatus => ({
  table,
  state,
  rows: null,
  bytes: null,
  columns: 0,
  missing_columns: missing,
  missing_indexes: [],
});

async function statusOf(engine: TableEngine, definition: TableDefinition): Promise<TableStatus> {
  const { name: table, columns: wanted } = definition;
  const present = await engine.describeTable(table);
  const wantedNames = wanted.map(({ name }) => name);
  if (present === undefined) return nothingOf(table, 'missing', wantedNames);
  const names = new Set(present.map(({ name }) => name));
  const missingColumns = wantedNames.filter((name) => !names.has(name));
  const [{ rows, bytes = null }, missingIndexes] = await Promise.all([
    engine.stats(table),
    engine.missingIndexes(definition),
  ]);
  const isCurrent = missingColumns.length === 0 && missingIndexes.length === 0;
  return {
    table,
    state: isCurrent ? 'current' : 'outdated',
    rows,
    bytes,
    columns: present.length,
    missing_columns: missingColumns,
    missing_indexes: missingIndexes,
  };
}
