import type {
  Cell,
  ColumnBatch,
  Lookup,
  Ordering,
  Row,
  RowSet,
  ScanRequest,
  Since,
  TableDefinition,
  TextQuery,
} from '../engine.ts';
import type { Where } from '../predicate/predicate.ts';
import type { CellsOf, ColumnOf } from '../schema/define-table.ts';
import type { Json } from '../../shared/json-text.ts';
import type { SeekQuery, SelectQuery, TimelineHint } from './select-query.ts';

/** By its definition, or by the name alone: then nothing is known of its columns, and cells are just cells. */
export type Table<R extends Row> = TableDefinition<R> | string;

export const nameOf = (table: Table<Row>): string => (typeof table === 'string' ? table : table.name);

interface RowsQuery<R extends Row> extends Omit<
  SelectQuery,
  'table' | 'columns' | 'where' | 'since' | 'orderBy' | 'timeline' | 'sample'
> {
  readonly table: Table<R>;
  readonly where?: Where<R>;
  readonly since?: Since<ColumnOf<R>, Where<R>>;
  readonly orderBy?: readonly Ordering<ColumnOf<R>>[];
  readonly timeline?: TimelineHint<ColumnOf<R>>;
  readonly sample?: ColumnOf<R>;
}

/** See `Lookup`; `equals` is a column of the table that is selected from. */
export const lookup = <R extends Row, Equals extends string>(
  table: TableDefinition<R>,
  { column, match, equals }: { column: ColumnOf<R>; match: ColumnOf<R>; equals: Equals },
): Lookup<Equals> => ({ table: table.name, column, match, equals });

/** A select of rows as arrays. */
export interface TableQuery<
  R extends Row,
  Columns extends readonly ColumnOf<R>[],
  Lookups extends readonly Lookup<ColumnOf<R>>[],
  Match extends TextQuery | undefined,
> extends RowsQuery<R> {
  readonly columns: Columns;
  readonly lookups?: Lookups;
  readonly match?: Match;
}

/** A JSON array of strings each. */
export type LookupCells<Lookups extends readonly Lookup[]> = {
  -readonly [Place in keyof Lookups]: Json<readonly string[]>;
};

/** Its rows: cells of the columns, then of the lookups, then what `match` adds. */
export type FoundRows<
  R extends Row,
  Columns extends readonly string[],
  Lookups extends readonly Lookup[],
  Match extends TextQuery | undefined,
> = RowSet<
  string extends keyof R
    ? Cell[]
    : [
        ...CellsOf<R, Columns>,
        ...LookupCells<Lookups>,
        ...(Match extends TextQuery ? [score: number, count: number] : []),
      ]
>;

/** A select of rows as objects; without `columns`, of all columns of the table. */
export interface RowQuery<R extends Row, Column extends ColumnOf<R>> extends Omit<
  RowsQuery<R>,
  'rowIds' | 'lookups' | 'match'
> {
  readonly columns?: readonly Column[];
}

export type FoundRow<R extends Row, Column extends ColumnOf<R>> = string extends keyof R ? R : Pick<R, Column>;

/** A scan: see `ScanRequest`. */
export interface TableScan<R extends Row, Columns extends readonly ColumnOf<R>[]> extends Omit<
  ScanRequest,
  'table' | 'columns' | 'where'
> {
  readonly table: Table<R>;
  readonly columns: Columns;
  readonly where?: Where<R>;
}

/** A seek: see `SeekRequest`. */
export interface TableSeek<R extends Row, Columns extends readonly ColumnOf<R>[]> extends Omit<
  SeekQuery,
  'table' | 'columns' | 'where' | 'column'
> {
  readonly table: Table<R>;
  readonly columns: Columns;
  readonly where: Where<R>;
  readonly column: ColumnOf<R>;
}

export type ScannedBatch<R extends Row, Columns extends readonly string[]> = string extends keyof R
  ? ColumnBatch
  : ColumnBatch<{ readonly [Place in keyof Columns]: readonly R[Columns[Place] & keyof R][] }>;
