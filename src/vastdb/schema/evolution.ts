import pLimit from 'p-limit';
import type { ColumnDefinition, TableDefinition, TableEngine } from '../engine.ts';
import { TableError } from '../table-error.ts';

/** Tables that are handled at a time: an engine over a network waits for several answers for each. */
const TABLES_AT_ONCE = 8;
/** Columns of other types that a message names. */
const NAMED_AT_MOST = 5;

/** Changes by `ensureTables`. */
export interface EvolutionReport {
  readonly createdTables: readonly string[];
  readonly addedColumns: readonly { readonly table: string; readonly columns: readonly string[] }[];
}

/**
 * Brings the engine's tables up to the definitions: creates what is missing (tables, columns,
 * indexes) and never drops or changes anything, so data survives every start. Tables and columns of the engine
 * that no definition names are left alone: an older or newer server may use them, or somebody else. Safe to run from
 * several processes at once.
 *
 * @throws TableError `invalid`, before anything is made, where columns exist with other types: that needs an operator.
 */
export async function ensureTables(
  engine: TableEngine,
  definitions: readonly TableDefinition[],
): Promise<EvolutionReport> {
  const some = pLimit(TABLES_AT_ONCE);
  const found = await some.map(definitions, (definition) => findTable(engine, definition));
  refuseOtherTypes(found.flatMap(({ otherTypes }) => otherTypes));
  const made = (await some.map(found, (each) => ensureTable(engine, each))).filter((change) => change !== undefined);
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

/** A definition beside what the engine has of its name. */
interface FoundTable {
  readonly definition: TableDefinition;
  /** Undefined where there is no such table. */
  readonly missing: readonly ColumnDefinition[] | undefined;
  /** A phrase for each column that has another type. */
  readonly otherTypes: readonly string[];
}

async function findTable(engine: TableEngine, definition: TableDefinition): Promise<FoundTable> {
  const present = await engine.describeTable(definition.name);
  if (present === undefined) return { definition, missing: undefined, otherTypes: [] };
  const existing = new Map(present.map((column) => [column.name, column]));
  const missing = definition.columns.filter(({ name }) => !existing.has(name));
  const foreign = missing.length === 0 ? undefined : await engine.foreignColumns(definition.name);
  const otherTypes = definition.columns.flatMap((column) => {
    const { name } = column;
    const found = existing.get(name);
    const isSame = found?.type === column.type && found.dimension === column.dimension;
    const type = found === undefined ? foreign?.get(name) : isSame ? undefined : typeText(found);
    if (type === undefined) return [];
    return [`column ${name} of table ${definition.name} is ${type} in the engine, but ${typeText(column)} is needed`];
  });
  // Existing rows have no value for them.
  return { definition, missing: missing.map((column) => ({ ...column, required: false })), otherTypes };
}

function refuseOtherTypes(phrases: readonly string[]): void {
  if (phrases.length === 0) return;
  const more = phrases.length > NAMED_AT_MOST ? `; and ${phrases.length - NAMED_AT_MOST} more` : '';
  throw new TableError(
    'invalid',
    `${phrases.slice(0, NAMED_AT_MOST).join('; ')}${more}. Nothing was changed. If the tables are of another system, ` +
      'name an empty schema for those of this server, and bring their rows with `mgmt import`.',
  );
}

async function ensureTable(engine: TableEngine, { definition, missing }: FoundTable): Promise<TableChange | undefined> {
  const table = definition.name;
  if (missing === undefined) {
    await engine.createTable(definition);
    return { table };
  }
  if (missing.length > 0) await addColumns(engine, definition, missing);
  await engine.createIndexes(definition);
  return missing.length === 0 ? undefined : { table, columns: missing.map((column) => column.name) };
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
    const { missing: still, otherTypes } = await findTable(engine, definition);
    if (still?.length !== 0 || otherTypes.length > 0) throw error;
  }
}

function typeText(column: ColumnDefinition): string {
  return column.dimension === undefined ? column.type : `${column.type}(${column.dimension})`;
}
