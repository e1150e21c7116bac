import type { ColumnDefinition, TableDefinition, TableEngine } from '../engine.ts';
import { TableError } from '../table-error.ts';

/** Tables that are handled at a time: an engine over a network waits for several answers for each. */
const TABLES_AT_ONCE = 8;

/** Changes by `ensureTables`. */
export interface EvolutionReport {
  readonly createdTables: readonly string[];
  readonly addedColumns: readonly { readonly table: string; readonly columns: readonly string[] }[];
}

/**
 * Brings the engine's tables up to the definitions: creates what is missing (tables, columns,
 * indexes) and never drops or changes anything, so data survives every start. Columns of the engine
 * that no definition names are left alone: an older or newer server may use them. Safe to run from
 * several processes at once.
 *
 * @throws TableError `invalid` where a column exists with another type: that needs an operator.
 */
export async function ensureTables(
  engine: TableEngine,
  definitions: readonly TableDefinition[],
): Promise<EvolutionReport> {
  const changes = new Array<TableChange | undefined>(definitions.length);
  // All take from one iterator, so each definition is taken once.
  const entries = definitions.entries();
  const takeNext = async (): Promise<void> => {
    for (const [index, definition] of entries) changes[index] = await ensureTable(engine, definition);
  };
  await Promise.all(Array.from({ length: TABLES_AT_ONCE }, takeNext));
  const made = changes.filter((change) => change !== undefined);
  return {
    createdTables: made.filter(({ columns }) => columns === undefined).map(({ table }) => table),
    addedColumns: made.flatMap(({ table, columns }) => (columns === undefined ? [] : [{ table, columns }])),
  };
}

/** A table that was created, or the columns that were added to one. */
interface TableChange {
  readonly table: string;
  readonly columns?: readonly string[];
}

async function ensureTable(engine: TableEngine, definition: TableDefinition): Promise<TableChange | undefined> {
  const table = definition.name;
  const present = await engine.describeTable(table);
  if (present === undefined) {
    await engine.createTable(definition);
    return { table };
  }
  const missing = missingColumns(definition, present);
  if (missing.length > 0) await addColumns(engine, definition, missing);
  await engine.createIndexes(definition);
  return missing.length === 0 ? undefined : { table, columns: missing.map((column) => column.name) };
}

function missingColumns(definition: TableDefinition, present: readonly ColumnDefinition[]): ColumnDefinition[] {
  const existing = new Map(present.map((column) => [column.name, column]));
  const missing: ColumnDefinition[] = [];
  for (const column of definition.columns) {
    const found = existing.get(column.name);
    if (found === undefined) {
      // Existing rows have no value for it.
      missing.push({ ...column, required: false });
    } else if (found.type !== column.type || found.dimension !== column.dimension) {
      throw new TableError(
        'invalid',
        `column ${column.name} of table ${definition.name} is ${typeText(found)} in the engine, but ${typeText(column)} ` +
          'is needed; types are never changed in place: copy the data to a new column or table',
      );
    }
  }
  return missing;
}

async function addColumns(
  engine: TableEngine,
  definition: TableDefinition,
  missing: readonly ColumnDefinition[],
): Promise<void> {
  try {
    await engine.addColumns(definition.name, missing);
  } catch (error) {
    // Another process that starts at the same time may have added them first.
    const present = await engine.describeTable(definition.name);
    if (present === undefined || missingColumns(definition, present).length > 0) throw error;
  }
}

function typeText(column: ColumnDefinition): string {
  return column.dimension === undefined ? column.type : `${column.type}(${column.dimension})`;
}
