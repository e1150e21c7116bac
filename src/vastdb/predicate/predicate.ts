import type { Cell, Row } from '../cell.ts';

/**
 * The one predicate tree. Nodes are plain frozen data: engines compile them, the executor splits
 * them, nobody concatenates SQL. Comparisons with null pick nothing, as in SQL.
 *
 * `C` are the columns that it names, each with a cell that it is compared with: a reader takes what fits the table.
 */
export type Predicate<C extends Condition = Condition> = Node & { readonly [conditions]?: C };

declare const conditions: unique symbol;

/** A column, and cells that it has to be able to hold. */
export interface Condition<Column extends string = string, Held extends Cell = Cell> {
  readonly column: Column;
  readonly cell: Held;
}

export type ConditionOf<P extends Predicate> = NonNullable<P[typeof conditions]>;

/** All that can be asked of rows. */
type ConditionsOn<R extends Row> = { [Column in keyof R & string]: Condition<Column, R[Column]> }[keyof R & string];

/** A predicate on rows of a table. */
export type Where<R extends Row> = Predicate<ConditionsOn<R>>;

type Node =
  | Comparison
  | { readonly op: 'in'; readonly column: string; readonly values: readonly NonNullCell[] }
  | { readonly op: 'between'; readonly column: string; readonly low: NonNullCell; readonly high: NonNullCell }
  | { readonly op: 'isNull' | 'isNotNull'; readonly column: string }
  | { readonly op: 'contains' | 'startsWith'; readonly column: string; readonly text: string }
  | { readonly op: 'and' | 'or'; readonly terms: readonly Predicate[] }
  | { readonly op: 'not'; readonly term: Predicate }
  | Subquery;

export type NonNullCell = Exclude<Cell, null>;

export interface Comparison {
  readonly op: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';
  readonly column: string;
  readonly value: NonNullCell;
}

/** The comparisons as SQL writes them. */
export const COMPARISON_SIGNS: Readonly<Record<Comparison['op'], string>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** A condition on one column of the row itself. */
export type Leaf = Exclude<Node, { readonly op: 'and' | 'or' | 'not' | 'inSelect' }>;

/** Rows whose `column` is among the values of `select.column` in another table. */
export interface Subquery {
  readonly op: 'inSelect';
  readonly column: string;
  readonly select: { readonly table: string; readonly column: string; readonly where: Predicate };
}
