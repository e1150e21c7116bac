import type { ColumnDefinition, TableDefinition } from '../../engine.ts';

/**
 * The required columns. A column of VAST is always nullable, so they come from the definitions that the manager passes
 * to the engine at every start. A column that was added to a table with rows is null in those, and the definition of
 * such a column must not call it required.
 */
export class RequiredColumns {
  readonly #required = new Map<string, Set<string>>();
  readonly #added = new Map<string, Set<string>>();

  /** The definition of a table that is there. */
  define({ name, columns }: TableDefinition): void {
    const added = this.#added.get(name);
    const required = columns.filter((column) => column.required === true && added?.has(column.name) !== true);
    this.#required.set(name, new Set(required.map((column) => column.name)));
  }

  /** Columns that were just added: existing rows have no value for them. */
  add(table: string, columns: readonly ColumnDefinition[]): void {
    const added = this.#added.get(table) ?? new Set();
    for (const { name } of columns) {
      added.add(name);
      this.#required.get(table)?.delete(name);
    }
    this.#added.set(table, added);
  }

  /** The columns as the engine describes them. */
  describe(table: string, columns: readonly ColumnDefinition[]): ColumnDefinition[] {
    const required = this.#required.get(table);
    return columns.map((column) => (required?.has(column.name) === true ? { ...column, required: true } : column));
  }

  forget(table: string): void {
    this.#required.delete(table);
    this.#added.delete(table);
  }
}
