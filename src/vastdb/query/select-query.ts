import type { Cell, SeekRequest, SelectRequest } from '../engine.ts';

/** A row to be written; columns that are missing or undefined become null. */
export type NewRow = Readonly<Record<string, Cell | undefined>>;

/**
 * The caller's knowledge of an int64 column that rows are ordered by. On engines without ordering it lets a page be
 * read in windows of that column instead of reading and sorting all rows. The bounds have to be true of all rows that
 * the query picks; bounds in `where` are found without a hint.
 */
export interface TimelineHint<Column extends string = string> {
  readonly column: Column;
  /** Inclusive. */
  readonly from?: bigint;
  /** Exclusive. */
  readonly to?: bigint;
  /** At most one row lies before this value, however far: no window is spent on looking for it. */
  readonly leadIn?: bigint;
  /** The usual distance between two neighbouring rows, in the unit of the column. */
  readonly expectedStepNs?: bigint;
}

/** A select as the table layer takes it: every engine answers it alike. */
export interface SelectQuery extends SelectRequest {
  readonly timeline?: TimelineHint;
  /**
   * An int64 column whose values are spread evenly over SPREAD_BITS bits, whatever the rows are ordered by: a hash, for
   * one. On engines without ordering a page by one unique column is then found from samples, instead of reading and
   * sorting all rows.
   */
  readonly sample?: string;
}

/** A seek as the table layer takes it. The hint is about `column`; engines with indexes need none. */
export interface SeekQuery extends SeekRequest {
  readonly timeline?: TimelineHint;
}
