import { FEATURES } from '../../src/features.ts';
import type { AnyFeature } from '../../src/features/feature.ts';
import type { Config } from '../../src/settings.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import type { TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';

/**
 * The definitions of the tables of a server, and of those that it has from when it was configured otherwise: features that
 * were switched off still have theirs, to be backed up.
 */
export async function knownTables(
  engine: Pick<TableEngine, 'describeTable'>,
  settings: Config['features'],
): Promise<readonly TableDefinition[]> {
  const tables = [...VAST_STORE_TABLES];
  for (const [name, feature] of Object.entries<AnyFeature>(FEATURES)) {
    const own = settings[name as keyof typeof settings];
    tables.push(...((await feature.tablesIn?.(engine, own)) ?? feature.tables?.(own) ?? []));
  }
  return tables;
}

/** Tables of earlier versions that hold nothing worth a copy. */
const FORMER_TABLES: ReadonlySet<string> = new Set(['_batches']);

/** The tables of an engine that this version does not know: nothing is done to them, not even a look. */
export async function unknownTables(engine: TableEngine, definitions: readonly TableDefinition[]): Promise<string[]> {
  const known = new Set(definitions.map(({ name }) => name));
  return (await engine.listTables()).filter((name) => !known.has(name) && !FORMER_TABLES.has(name)).sort();
}

/** Says on the standard error which tables, and columns of tables of ours, are left out. */
export async function nameUnknownTables(engine: TableEngine, definitions: readonly TableDefinition[]): Promise<void> {
  const unknown = await unknownTables(engine, definitions);
  for (const { name, columns } of definitions) {
    const known = new Set(columns.map((column) => column.name));
    const present = [...((await engine.describeTable(name)) ?? []).map((column) => column.name)];
    present.push(...(await engine.foreignColumns(name)).keys());
    unknown.push(...present.filter((column) => !known.has(column)).map((column) => `${name}.${column}`));
  }
  if (unknown.length === 0) return;
  process.stderr.write(`Not copied, since this version does not know them: ${unknown.join(', ')}\n`);
}

/** @throws where there is no table of this name, with the names that there are. */
export function tableNamed(definitions: readonly TableDefinition[], name: string): TableDefinition {
  const found = definitions.find((definition) => definition.name === name);
  if (found !== undefined) return found;
  const names = definitions.map((definition) => definition.name).sort();
  throw new Error(`There is no table ${JSON.stringify(name)}. The tables are ${names.join(', ')}.`);
}
