import type { Row } from '../engine.ts';

/** The tables of an earlier system. They are only read. */
export interface ForeignTables {
  /** Undefined where there is no such table. */
  describe(table: string): Promise<ForeignTable | undefined>;
  /**
   * All rows, some at a time, in no order. Texts are strings, and JSON is one; whole numbers a number or a bigint; times are
   * nanoseconds since 1970, as bigint; vectors Float32Array.
   */
  scan(table: string, columns: readonly string[]): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}

export interface ForeignTable {
  /** Names of the columns that can be read. */
  readonly columns: readonly string[];
  /** Undefined where counting them would be to read them all. */
  readonly rows?: number | undefined;
}

/** The rows of a table that has all `needed` columns, with those of the `wanted` ones that it has. */
export async function* rowsOf(
  tables: ForeignTables,
  table: string,
  needed: readonly string[],
  wanted: readonly string[] = [],
): AsyncGenerator<readonly Row[]> {
  const described = await tables.describe(table);
  if (described === undefined) return;
  const { columns } = described;
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new Error(`The table ${table} has no column ${missing.join(', ')}; it has ${columns.join(', ')}.`);
  }
  yield* tables.scan(table, [...needed, ...wanted.filter((name) => columns.includes(name))]);
}
