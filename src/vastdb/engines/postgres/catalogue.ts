import type { ColumnDefinition, ForeignColumns } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import type { KeyedTable } from '../row-key.ts';
import { parseType } from './column-types.ts';
import { fullTextIndex, LOCK_TABLE } from './names.ts';

/** Runs a statement, and returns its rows as texts. */
export type Ask = (text: string, values: readonly string[]) => Promise<(string | null)[][]>;

/** A table as it is in the database. */
export interface TableShape extends KeyedTable {
  readonly columns: readonly ColumnDefinition[];
  readonly columnsByName: ReadonlyMap<string, ColumnDefinition>;
  readonly foreign: ForeignColumns;
  /** Whether any index is unique: rows may be refused. */
  readonly hasUniqueKeys: boolean;
  /** Columns of texts whose indexes hold their beginnings only: of how many characters at least. */
  readonly prefixes: ReadonlyMap<string, number>;
  readonly hasFullText: boolean;
}

/** A row for each column: its name, its type, whether it is required, its comment, its place in the primary key. */
const COLUMNS = `
  SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(c.oid, a.attnum),
    array_position(k.indkey::int2[], a.attnum)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
  WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
  ORDER BY a.attnum`;

/** A row for each index: its name, whether it is unique, its definition. */
const INDEXES = `
  SELECT i.relname, k.indisunique, pg_get_indexdef(k.indexrelid)
  FROM pg_index k
  JOIN pg_class i ON i.oid = k.indexrelid
  JOIN pg_class c ON c.oid = k.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2`;

const TABLES = `
  SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') ORDER BY c.relname COLLATE "C"`;

/**
 * Cache of the tables' shapes. Unknown names are looked up in the database, so tables and columns that another replica
 * adds are found when they are first used.
 */
export class Catalogue {
  readonly #ask: Ask;
  readonly #schema: string;
  readonly #shapes = new Map<string, TableShape>();

  constructor(ask: Ask, schema: string) {
    this.#ask = ask;
    this.#schema = schema;
  }

  /**
   * The tables, each with at least these columns.
   *
   * @throws TableError `invalid` where there is no such table, or it has no such column.
   */
  async table(name: string, columns: readonly string[]): Promise<TableShape> {
    let shape = this.#shapes.get(name);
    const isMissing = (column: string): boolean => shape?.columnsByName.has(column) !== true;
    if (shape === undefined || columns.some(isMissing)) shape = await this.find(name);
    if (shape === undefined) throw new TableError('invalid', `There is no table ${JSON.stringify(name)}.`);
    const unknown = columns.find(isMissing);
    if (unknown === undefined) return shape;
    throw new TableError('invalid', `The table ${name} has no column ${JSON.stringify(unknown)}.`);
  }

  /** Reads the table's shape afresh; undefined where there is none. */
  async find(name: string): Promise<TableShape | undefined> {
    const [columns, indexes] = await Promise.all([
      this.#ask(COLUMNS, [this.#schema, name]),
      this.#ask(INDEXES, [this.#schema, name]),
    ]);
    if (columns.length === 0 || name === LOCK_TABLE) {
      this.#shapes.delete(name);
      return undefined;
    }
    const shape = shapeOf(name, columns, indexes);
    this.#shapes.set(name, shape);
    return shape;
  }

  /** Names of the table's indexes. */
  async indexes(name: string): Promise<Set<string>> {
    const rows = await this.#ask(INDEXES, [this.#schema, name]);
    return new Set(rows.map(([index]) => index ?? ''));
  }

  /** Names of all tables, sorted. */
  async list(): Promise<string[]> {
    const rows = await this.#ask(TABLES, [this.#schema]);
    return rows.flatMap(([name]) => (name === LOCK_TABLE || name == null ? [] : [name]));
  }

  /** After a change of the schema. */
  forget(name: string): void {
    this.#shapes.delete(name);
  }
}

function shapeOf(
  table: string,
  columnRows: readonly (string | null)[][],
  indexRows: readonly (string | null)[][],
): TableShape {
  const columns: ColumnDefinition[] = [];
  const foreign = new Map<string, string>();
  const key: { readonly place: number; readonly column: ColumnDefinition }[] = [];
  for (const [name, typeName, required, comment, place] of columnRows) {
    if (name == null || typeName == null || name === '_rowid_') continue;
    const type = parseType(typeName, comment ?? null);
    if (type === undefined) {
      foreign.set(name, typeName);
      continue;
    }
    const column: ColumnDefinition = required === 't' ? { name, ...type, required: true } : { name, ...type };
    columns.push(column);
    if (place != null) key.push({ place: Number(place), column });
  }
  return {
    name: table,
    columns,
    columnsByName: new Map(columns.map((column) => [column.name, column])),
    foreign,
    key: key.sort((a, b) => a.place - b.place).map(({ column }) => column),
    // The primary key of a table without a sort key is the row's number, which PostgreSQL generates.
    hasUniqueKeys: indexRows.some(
      ([, unique, definition]) => unique === 't' && definition?.includes('_rowid_') !== true,
    ),
    prefixes: prefixesOf(indexRows),
    hasFullText: indexRows.some(([index]) => index === fullTextIndex(table)),
  };
}

/** Parts of a definition such as `"left"(label, 600)` or `"left"("order", 600)`. */
const PREFIX = /"left"\("?(\w+)"?, (\d+)\)/g;

function prefixesOf(indexRows: readonly (string | null)[][]): Map<string, number> {
  const prefixes = new Map<string, number>();
  for (const [, , definition] of indexRows) {
    for (const [, column = '', characters] of (definition ?? '').matchAll(PREFIX)) {
      prefixes.set(column, Number(characters));
    }
  }
  return prefixes;
}
