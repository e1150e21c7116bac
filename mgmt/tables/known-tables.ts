import { AUTH_TABLES } from '../../src/stores/auth-store/tables.ts';
import { EMBEDDINGS, searchTables } from '../../src/stores/search-store/tables.ts';
import { VAST_STORE_TABLES } from '../../src/stores/vast-store/tables.ts';
import type { TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';
import { BATCH_LEDGER } from '../../src/vastdb/mutation/batch-ledger.ts';

/**
 * The definitions of the tables that a server of this version has on this engine. Those of media search are among them
 * once they were made: only the engine knows the dimension of their vectors.
 */
export async function knownTables(engine: TableEngine): Promise<TableDefinition[]> {
  const tables = [...VAST_STORE_TABLES, ...AUTH_TABLES, BATCH_LEDGER];
  const embeddings = await engine.describeTable(EMBEDDINGS);
  const dimension = embeddings?.find(({ type }) => type === 'vector')?.dimension;
  return dimension === undefined ? tables : [...tables, ...searchTables(dimension)];
}

/** @throws where there is no table of this name, with the names that there are. */
export function tableNamed(definitions: readonly TableDefinition[], name: string): TableDefinition {
  const found = definitions.find((definition) => definition.name === name);
  if (found !== undefined) return found;
  const names = definitions.map((definition) => definition.name).sort();
  throw new Error(`There is no table ${JSON.stringify(name)}. The tables are ${names.join(', ')}.`);
}
