import type { ColumnDefinition, ForeignColumns } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import type { KeyedTable } from '../row-key.ts';
import { parseDeclaredType } from './column-types.ts';
import type { Connection } from './connection.ts';

/** A table as it is in the database. */
export interface TableShape extends KeyedTable {
  readonly columns: readonly ColumnDefinition[];
  readonly columnsByName: ReadonlyMap<string, ColumnDefinition>;
  readonly foreign: ForeignColumns;
}

/**
 * One connection's cache of the tables. Unknown names are looked up in the database, so tables and columns that another
 * process adds are found when they are first used.
 */
export class Catalogue {
  readonly #connection: Connection;
  readonly #shapes = new Map<string, TableShape>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws TableError `invalid` where there is no such table. */
  table(name: string): TableShape {
    const shape = this.#shapes.get(name) ?? this.find(name);
    if (shape === undefined) throw new TableError('invalid', `There is no table ${JSON.stringify(name)}.`);
    return shape;
  }

  /** @throws TableError `invalid` where the table has no such column. */
  column(shape: TableShape, name: string): ColumnDefinition {
    const column = shape.columnsByName.get(name) ?? this.find(shape.name)?.columnsByName.get(name);
    if (column === undefined) {
      throw new TableError('invalid', `The table ${shape.name} has no column ${JSON.stringify(name)}.`);
    }
    return column;
  }

  /** Reads the table's shape afresh; undefined where there is none. */
  find(name: string): TableShape | undefined {
    const rows = this.#connection
      .prepare(
        `SELECT info.name, info.type, info."notnull", info.pk
         FROM sqlite_schema AS entry, pragma_table_info(entry.name) AS info
         WHERE entry.type = 'table' AND entry.name = ? AND entry.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY info.cid`,
      )
      .all(name) as unknown as [string, string, bigint, bigint][];
    if (rows.length === 0) {
      this.#shapes.delete(name);
      return undefined;
    }
    const positions = new Map(rows.map((row) => [row[0], row[3]]));
    const columns = rows.flatMap(([column, declared, required]) => columnOf(column, declared, required === 1n) ?? []);
    const columnsByName = new Map(columns.map((column) => [column.name, column]));
    const position = (column: ColumnDefinition): number => Number(positions.get(column.name) ?? 0n);
    const shape: TableShape = {
      name,
      columns,
      columnsByName,
      foreign: new Map(rows.flatMap(([column, type]) => (columnsByName.has(column) ? [] : [[column, type]]))),
      key: columns.filter((column) => position(column) > 0).sort((a, b) => position(a) - position(b)),
    };
    this.#shapes.set(name, shape);
    return shape;
  }

  /** Names of all tables, sorted. */
  list(): string[] {
    const rows = this.#connection
      .prepare(
        // Without the internal tables of full-text indexes.
        `SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
      )
      .all() as unknown as [string][];
    return rows.map(([name]) => name);
  }

  /** After a change of the schema: everything is looked up again. */
  forget(): void {
    this.#shapes.clear();
  }
}

/** Undefined for a type that is none of ours. */
function columnOf(name: string, declared: string, required: boolean): ColumnDefinition | undefined {
  const type = parseDeclaredType(declared);
  if (type === undefined) return undefined;
  return required ? { name, ...type, required } : { name, ...type };
}
