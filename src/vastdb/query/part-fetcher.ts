import type { Cell, RowId, TableReader } from '../engine.ts';
import { and, isIn } from '../predicate/builder.ts';
import { predicateColumns } from '../predicate/columns.ts';
import { compileFilter } from '../predicate/evaluate.ts';
import type { NonNullCell, Predicate } from '../predicate/predicate.ts';
import type { SplitPredicate } from '../predicate/split.ts';
import type { FetchedRow } from './row-order.ts';
import type { SelectQuery } from './select-query.ts';
import { cellKey } from '../predicate/compare.ts';

/** Engines bound the size of a request; 1,000 identifiers are some 40 KB, with their encoding a few hundred. */
const LONGEST_LIST = 1000;
/** Characters of the texts in one list: clients may give objects long names. */
const MAX_CHARACTERS = 500_000;

/**
 * Asks for a long list of values in several selects, none of which return the same row. Only one
 * list can be split like that; further ones, and those inside other terms, are left to the executor.
 */
export function splitLongLists({ pushed, residual }: SplitPredicate): SplitPredicate[] {
  const terms = pushed === undefined ? [] : pushed.op === 'and' ? pushed.terms : [pushed];
  const long = terms.filter(hasLongList);
  if (long.length === 0) return [{ pushed, residual }];
  const list = long.find((term) => term.op === 'in');
  const short = terms.filter((term) => !hasLongList(term));
  const left = [...(residual === undefined ? [] : [residual]), ...long.filter((term) => term !== list)];
  const rest = left.length === 0 ? undefined : and(left);
  if (list === undefined) return [{ pushed: short.length === 0 ? undefined : and(short), residual: rest }];
  const values = [...new Map(list.values.map((value) => [cellKey(value), value])).values()];
  return inParts(values).map((part) => ({ pushed: and([isIn(list.column, part), ...short]), residual: rest }));
}

function inParts(values: readonly NonNullCell[]): NonNullCell[][] {
  const parts: NonNullCell[][] = [];
  let room = 0;
  for (const value of values) {
    const size = sizeOf(value);
    const part = parts.at(-1);
    if (part === undefined || part.length === LONGEST_LIST || size > room) {
      parts.push([value]);
      room = MAX_CHARACTERS - size;
    } else {
      part.push(value);
      room -= size;
    }
  }
  return parts;
}

const sizeOf = (value: NonNullCell): number => (typeof value === 'string' ? value.length : 0);

function isLong(values: readonly NonNullCell[]): boolean {
  if (values.length > LONGEST_LIST) return true;
  let characters = 0;
  for (const value of values) characters += sizeOf(value);
  return characters > MAX_CHARACTERS;
}

function hasLongList(term: Predicate): boolean {
  switch (term.op) {
    case 'in':
      return isLong(term.values);
    case 'and':
    case 'or':
      return term.terms.some(hasLongList);
    case 'not':
      return hasLongList(term.term);
    default:
      return false;
  }
}

export type Fetched = FetchedRow<RowId>;

/** Sends the parts of one query to the engine and filters what comes back. */
export class PartFetcher {
  readonly parts: readonly SplitPredicate[];
  /** The asked columns, then those that only the filter or the ordering needs. */
  readonly columns: readonly string[];
  /** No order was asked for. */
  readonly ordered: boolean;
  readonly #reader: TableReader;
  readonly #query: SelectQuery;

  constructor(reader: TableReader, query: SelectQuery, parts: readonly SplitPredicate[]) {
    const { columns, orderBy = [] } = query;
    const extra = new Set([...parts.flatMap(residualColumns), ...orderBy.map(({ column }) => column)]);
    this.parts = parts;
    this.columns = [...columns, ...[...extra].filter((column) => !columns.includes(column))];
    this.#reader = reader;
    this.#query = query;
    this.ordered = orderBy.length === 0;
  }

  /** Rows that satisfy `extra` too. */
  async all(extra: readonly Predicate[] = []): Promise<Fetched[]> {
    const { limit, distinct } = this.#query;
    const stopsEarly = limit !== undefined && this.ordered && distinct !== true;
    const all: Fetched[] = [];
    for (const part of this.parts) {
      // The engine's limit counts rows that a residual drops again.
      const cap = stopsEarly && part.residual === undefined ? limit : undefined;
      for (const row of (await this.part(part, extra, cap)).rows) all.push(row);
      if (stopsEarly && all.length >= limit) break;
    }
    return all;
  }

  /**
   * The first column's cells of rows that satisfy `extra` too, at most `cap` of each part: all that were read, and those that
   * the whole predicate picks.
   */
  async first(
    extra: readonly Predicate[],
    cap: number | undefined,
  ): Promise<{ read: Cell[]; picked: Cell[]; cut: boolean }> {
    const [read, picked]: [Cell[], Cell[]] = [[], []];
    let cut = false;
    for (const part of this.parts) {
      const found = await this.part(part, extra, cap === undefined ? undefined : cap + 1);
      if (cap !== undefined && found.read.length > cap) cut = true;
      for (const [cell = null] of found.read) read.push(cell);
      for (const { cells } of found.rows) picked.push(cells[0] ?? null);
    }
    return { read, picked, cut };
  }

  async part(
    { pushed, residual }: SplitPredicate,
    extra: readonly Predicate[],
    limit: number | undefined,
  ): Promise<{ rows: Fetched[]; read: readonly Cell[][] }> {
    const { table, rowIds } = this.#query;
    const found = await this.#reader.select({
      table,
      columns: this.columns,
      where: conjunction(pushed, extra),
      limit,
      rowIds,
    });
    const rows = found.rows.map((cells, index) => ({ cells, id: found.rowIds[index] }));
    const filter = residual === undefined ? undefined : compileFilter(residual, this.columns);
    return {
      rows: filter === undefined ? rows : rows.filter(({ cells }) => filter(cells)),
      read: found.rows,
    };
  }
}

function residualColumns({ residual }: SplitPredicate): string[] {
  return residual === undefined ? [] : [...predicateColumns(residual)];
}

function conjunction(pushed: Predicate | undefined, extra: readonly Predicate[]): Predicate | undefined {
  const terms = pushed === undefined ? extra : [pushed, ...extra];
  return terms.length === 0 ? undefined : and(terms);
}
