import type { Json } from '../../shared/json-text.ts';
import type { Cell, ColumnDefinition, IndexDefinition, Row, TableDefinition } from '../engine.ts';

/**
 * A table whose definition gives the type of its rows: readers, transactions and predicates that are given the
 * definition take its columns alone, and give their cells out as what they are. Nothing of it is left at run time.
 * docs/adr/0027-typed-tables.md
 */
export function defineTable<const Columns extends readonly ColumnDefinition[]>(
  definition: Definition<Columns>,
): TableDefinition<RowOfColumns<Columns>> {
  return definition;
}

/** Indexes and keys name columns of the table, and all of its columns are described. */
interface Definition<Columns extends readonly ColumnDefinition[]> extends TableDefinition<RowOfColumns<Columns>> {
  readonly columns: Columns;
  readonly doc: string;
  readonly docs: Readonly<Record<NameIn<Columns>, string>>;
  readonly internal: boolean | readonly NameIn<Columns>[];
  readonly sortKey?: readonly NameIn<Columns>[];
  readonly indexes?: readonly IndexDefinition<NameIn<Columns>>[];
  readonly fullText?: NameIn<Columns>;
}

type NameIn<Columns extends readonly ColumnDefinition[]> = Columns[number]['name'];

type RowOfColumns<Columns extends readonly ColumnDefinition[]> = {
  readonly [Column in Columns[number] as Column['name']]:
    CellsOfType<Column['type']> | (Column['required'] extends true ? never : null);
};

type CellsOfType<Type> =
  Type extends Holding<infer Held> ? Held : Type extends keyof CellTypes ? CellTypes[Type] : never;

interface CellTypes {
  readonly string: string;
  readonly int64: bigint;
  readonly int32: number;
  readonly float64: number;
  readonly bool: boolean;
  readonly binary: Uint8Array;
  readonly vector: Float32Array;
}

/** The rows of a table, by the names of its columns. */
export type RowOf<Table> = Table extends TableDefinition<infer R> ? R : never;

export type ColumnOf<R extends Row> = keyof R & string;

/** A row to be written: columns that may be null may be left out. */
export type NewRowOf<R extends Row> = {
  readonly [Name in keyof R as null extends R[Name] ? never : Name]: R[Name];
} & {
  readonly [Name in keyof R as null extends R[Name] ? Name : never]?: R[Name] | undefined;
};

/** Cells to be set; null empties one, and a column that is not named keeps its cell. */
export type ChangesOf<R extends Row> = Readonly<Partial<R>>;

/** The cells of these columns, in their order. */
export type CellsOf<R extends Row, Columns extends readonly string[]> = (
  string extends keyof R ? readonly Cell[] : { readonly [Place in keyof Columns]: R[Columns[Place] & keyof R] }
) extends infer Cells extends readonly Cell[]
  ? Cells
  : never;

declare const held: unique symbol;
interface Holding<Held> {
  readonly [held]: Held;
}

/** The type of a string column that holds these texts alone. Writes are checked, what an engine returns is not. */
export const text = <Held extends string>(): 'string' & Holding<Held> =>
  // Only the compiler knows its content.
  'string' as 'string' & Holding<Held>;

/** The type of a string column that holds values as JSON. */
export const json = <Value>(): 'string' & Holding<Json<Value>> => text<Json<Value>>();
