import { conflict, notFound, ProtocolError } from '../http/protocol-error.ts';
import type { Transaction } from './transaction.ts';
import { VersionedEntry } from './versioned-entry.ts';
import { Table, type TableColumn } from './table.ts';

const ROOT = 0;

export interface SchemaObject {
  readonly kind: 'schema';
  readonly id: number;
}

export interface TableObject {
  readonly kind: 'table';
  readonly id: number;
  readonly table: Table;
}

type CatalogueObject = SchemaObject | TableObject;

/** A name within a schema, in some versions; a rename ends one and begins another. */
class NamedEntry extends VersionedEntry {
  readonly parent: number;
  readonly name: string;
  readonly object: CatalogueObject;

  constructor(transaction: Transaction, parent: number, name: string, object: CatalogueObject) {
    super(transaction);
    this.parent = parent;
    this.name = name;
    this.object = object;
  }
}

/** Names and ids of schemas and tables, in versions like rows. */
export class Catalogue {
  readonly #seed: number;
  #entries: NamedEntry[] = [];
  #ids = ROOT;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** @param path names from the top; the last one is the new schema's. */
  createSchema(transaction: Transaction, path: readonly string[]): void {
    this.#create(transaction, path, 'schema', (id) => ({ kind: 'schema', id }));
  }

  createTable(
    transaction: Transaction,
    path: readonly string[],
    columns: readonly TableColumn[],
    sortingKey: readonly string[],
  ): void {
    this.#create(transaction, path, 'table', (id) => ({
      kind: 'table',
      id,
      table: new Table(transaction, columns, sortingKey, this.#seed),
    }));
  }

  dropSchema(transaction: Transaction, path: readonly string[]): void {
    const entry = this.#find(transaction, path, 'schema');
    if (this.#entries.some((other) => other.parent === entry.object.id && other.isSeenBy(transaction))) {
      throw new ProtocolError(409, 'TabularNotEmpty', path.join('/'));
    }
    entry.end(transaction);
  }

  dropTable(transaction: Transaction, path: readonly string[]): void {
    this.#find(transaction, path, 'table').end(transaction);
  }

  rename(transaction: Transaction, path: readonly string[], kind: 'schema' | 'table', to: readonly string[]): void {
    const entry = this.#find(transaction, path, kind);
    const { parent, name } = this.#place(transaction, to);
    this.#refuseTaken(transaction, parent, name, kind);
    entry.end(transaction);
    // What is renamed keeps its place in the lists.
    const renamed = new NamedEntry(transaction, parent, name, entry.object);
    this.#entries.splice(this.#entries.indexOf(entry) + 1, 0, renamed);
  }

  /** Schemas within a schema, or at the top for an empty path, in the order in which they were made. */
  schemas(transaction: Transaction, path: readonly string[]): string[] {
    return this.#children(transaction, path, 'schema').map(({ name }) => name);
  }

  tables(transaction: Transaction, path: readonly string[]): { name: string; object: TableObject }[] {
    return this.#children(transaction, path, 'table').map(({ name, object }) => ({
      name,
      object: object as TableObject,
    }));
  }

  /** @throws ProtocolError 404 when the transaction sees no such schema or table. */
  table(transaction: Transaction, path: readonly string[]): Table {
    return (this.#find(transaction, path, 'table').object as TableObject).table;
  }

  /** Forgets what no transaction can see any more. */
  tidy(oldestSnapshot: number): void {
    if (this.#entries.some((entry) => entry.isGone(oldestSnapshot))) {
      this.#entries = this.#entries.filter((entry) => !entry.isGone(oldestSnapshot));
    }
    for (const { object } of this.#entries) if (object.kind === 'table') object.table.tidy(oldestSnapshot);
  }

  #create(
    transaction: Transaction,
    path: readonly string[],
    kind: 'schema' | 'table',
    make: (id: number) => CatalogueObject,
  ): void {
    const { parent, name } = this.#place(transaction, path);
    this.#refuseTaken(transaction, parent, name, kind);
    this.#ids += 1;
    this.#entries.push(new NamedEntry(transaction, parent, name, make(this.#ids)));
  }

  #refuseTaken(transaction: Transaction, parent: number, name: string, kind: 'schema' | 'table'): void {
    for (const entry of this.#entries) {
      if (entry.parent !== parent || entry.name !== name) continue;
      if (entry.isSeenBy(transaction)) {
        throw new ProtocolError(
          409,
          kind === 'schema' ? 'TabularSchemaAlreadyExists' : 'TabularTableAlreadyExists',
          name,
        );
      }
      if (entry.isChangedForeignly(transaction)) throw conflict(name);
    }
  }

  #place(transaction: Transaction, path: readonly string[]): { parent: number; name: string } {
    const name = path.at(-1);
    if (name === undefined || name === '') throw new ProtocolError(400, 'BadRequest', 'a name is missing');
    return { parent: this.#schemaId(transaction, path.slice(0, -1)), name };
  }

  #schemaId(transaction: Transaction, path: readonly string[]): number {
    return path.length === 0 ? ROOT : this.#find(transaction, path, 'schema').object.id;
  }

  #find(transaction: Transaction, path: readonly string[], kind: 'schema' | 'table'): NamedEntry {
    const { parent, name } = this.#place(transaction, path);
    const entry = this.#entries.find(
      (other) =>
        other.parent === parent && other.name === name && other.object.kind === kind && other.isSeenBy(transaction),
    );
    if (entry === undefined) throw notFound(kind === 'schema' ? 'Schema' : 'Table', path.join('/'));
    return entry;
  }

  #children(transaction: Transaction, path: readonly string[], kind: 'schema' | 'table'): NamedEntry[] {
    const parent = this.#schemaId(transaction, path);
    return this.#entries.filter(
      (entry) => entry.parent === parent && entry.object.kind === kind && entry.isSeenBy(transaction),
    );
  }
}
