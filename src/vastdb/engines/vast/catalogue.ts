import type { ColumnDefinition, ForeignColumns } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import type { TableInfo } from './client/table-info.ts';

/** A table as the cluster has it. */
export interface TableShape extends TableInfo {
  readonly columns: readonly ColumnDefinition[];
  readonly foreign: ForeignColumns;
}

/**
 * Cache of the tables' shapes. Unknown names are looked up in the cluster, so tables and columns that another replica
 * adds are found when they are first used.
 */
export class Catalogue {
  readonly #load: (table: string) => Promise<TableShape | undefined>;
  readonly #shapes = new Map<string, Promise<TableShape | undefined>>();

  /** @param load reads a table's shape from the cluster; undefined where there is none. */
  constructor(load: (table: string) => Promise<TableShape | undefined>) {
    this.#load = load;
  }

  /** @throws TableError `invalid` where there is no such table. */
  async table(name: string): Promise<TableShape> {
    const shape = (await this.#shapes.get(name)) ?? (await this.find(name));
    if (shape === undefined) throw new TableError('invalid', `There is no table ${JSON.stringify(name)}.`);
    return shape;
  }

  /**
   * The table, with these columns.
   *
   * @throws TableError `invalid` where there is no such table, or it has no such column.
   */
  async tableWith(name: string, columns: Iterable<string>): Promise<TableShape> {
    let shape = await this.table(name);
    const missing = [...columns].filter((column) => !shape.columnsByName.has(column));
    if (missing.length === 0) return shape;
    shape = (await this.find(name)) ?? shape;
    const unknown = missing.find((column) => !shape.columnsByName.has(column));
    if (unknown === undefined) return shape;
    throw new TableError('invalid', `The table ${name} has no column ${JSON.stringify(unknown)}.`);
  }

  /** Reads the shape of the table afresh; undefined where there is none. */
  async find(name: string): Promise<TableShape | undefined> {
    const loading = this.#load(name);
    this.#shapes.set(name, loading);
    try {
      const shape = await loading;
      if (shape === undefined) this.#forget(name, loading);
      return shape;
    } catch (error) {
      this.#forget(name, loading);
      throw error;
    }
  }

  /** After a change of the table: it is looked up again. */
  forget(name: string): void {
    this.#shapes.delete(name);
  }

  #forget(name: string, loading: Promise<TableShape | undefined>): void {
    if (this.#shapes.get(name) === loading) this.#shapes.delete(name);
  }
}

export function shapeOf(
  name: string,
  columns: readonly ColumnDefinition[],
  sortKey: readonly string[],
  foreign: ForeignColumns = new Map(),
): TableShape {
  return { name, columns, columnsByName: new Map(columns.map((column) => [column.name, column])), sortKey, foreign };
}
