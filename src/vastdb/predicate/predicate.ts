import type { Cell } from '../cell.ts';

/**
 * The one predicate tree. Nodes are plain frozen data: engines compile them, the executor splits
 * them, nobody concatenates SQL. Comparisons with null pick nothing, as in SQL.
 */
export type Predicate =
  | Comparison
  | { readonly op: 'in'; readonly column: string; readonly values: readonly NonNullCell[] }
  | { readonly op: 'between'; readonly column: string; readonly low: NonNullCell; readonly high: NonNullCell }
  | { readonly op: 'isNull' | 'isNotNull'; readonly column: string }
  | { readonly op: 'contains' | 'startsWith' | 'endsWith'; readonly column: string; readonly text: string }
  | { readonly op: 'and' | 'or'; readonly terms: readonly Predicate[] }
  | { readonly op: 'not'; readonly term: Predicate }
  | Subquery;

export type NonNullCell = Exclude<Cell, null>;

export interface Comparison {
  readonly op: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';
  readonly column: string;
  readonly value: NonNullCell;
}

/** Rows whose `column` is among the values of `select.column` in another table. */
export interface Subquery {
  readonly op: 'inSelect';
  readonly column: string;
  readonly select: { readonly table: string; readonly column: string; readonly where: Predicate };
}
