import type { TableDefinition, TableEngine } from '../engine.ts';
import { TableError } from '../table-error.ts';
import { TableSchema } from './table-schema.ts';

/**
 * The defined tables and their columns, read once and kept in memory. Nothing expires: only operators change tables, and
 * then ask for a refresh. Other tables of the schema are somebody else's: they are not even looked at.
 */
export class SchemaCache {
  readonly #engine: TableEngine;
  readonly #sortKeys: ReadonlyMap<string, readonly string[]>;
  #schemas: ReadonlyMap<string, TableSchema> = new Map();

  private constructor(engine: TableEngine, definitions: readonly TableDefinition[]) {
    this.#engine = engine;
    this.#sortKeys = new Map(definitions.map(({ name, sortKey }) => [name, sortKey ?? []]));
  }

  /** Reads the tables of the definitions, which add what an engine does not tell: the sort keys. */
  static async open(engine: TableEngine, definitions: readonly TableDefinition[]): Promise<SchemaCache> {
    const cache = new SchemaCache(engine, definitions);
    await cache.refresh();
    return cache;
  }

  /** Sorted, on every engine. */
  tables(): string[] {
    return [...this.#schemas.keys()].sort();
  }

  find(table: string): TableSchema | undefined {
    return this.#schemas.get(table);
  }

  /** @throws TableError `invalid` where there was no such table at the last refresh. */
  get(table: string): TableSchema {
    const schema = this.#schemas.get(table);
    if (schema === undefined) {
      throw new TableError('invalid', `there is no table ${table}; refresh the metadata if it was just created`);
    }
    return schema;
  }

  /** Reads one table, defined or not, or all defined ones, from the engine again. If that fails, the cache stays. */
  async refresh(table?: string): Promise<void> {
    const names = table === undefined ? [...this.#sortKeys.keys()] : [table];
    const read = await Promise.all(names.map(async (name) => [name, await this.#engine.describeTable(name)] as const));
    const schemas = new Map(table === undefined ? [] : this.#schemas);
    for (const [name, columns] of read) {
      if (columns === undefined) schemas.delete(name);
      else schemas.set(name, new TableSchema(name, columns, this.#sortKeys.get(name)));
    }
    this.#schemas = schemas;
  }
}
