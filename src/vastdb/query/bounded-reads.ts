import type { Cell, RowId, RowSet } from '../engine.ts';
import { and } from '../predicate/builder.ts';
import { afterPosition } from './keyset.ts';
import { RowBytes } from './row-bytes.ts';
import type { SelectQuery } from './select-query.ts';

/** Most rows of the first part: sizes of the last read say little about these rows. */
const FIRST_ROWS = 128;
/** Growth factor of the next part. */
const GROWTH = 8;
/** Fewest rows of a read: many small reads would take longer than they save. */
const LEAST_ROWS = 8;

/**
 * Selects with `maxBytes` on engines that cannot stop by themselves: in parts, with as many rows as fit if they are like
 * those last read of the table. Where rows are small, as they are mostly, a page of the default size is one part.
 */
export class BoundedReads {
  /** Bytes of a row, by table: the mean of the last part that was read. */
  readonly #rowBytes = new Map<string, number>();

  async select(
    { maxBytes = Infinity, ...query }: SelectQuery,
    select: (part: SelectQuery) => Promise<RowSet>,
  ): Promise<RowSet> {
    const { table, columns, orderBy = [], limit = Infinity, where } = query;
    const order = orderBy.map(({ column }) => column);
    // Columns of the last row after which the next part begins.
    const asked = [...columns, ...order.filter((column) => !columns.includes(column))];
    const places = order.map((column) => asked.indexOf(column));
    const [rows, rowIds]: [Cell[][], RowId[]] = [[], []];
    const size = new RowBytes();
    let after: Cell[] | undefined;
    for (let most = FIRST_ROWS; ; most *= GROWTH) {
      const fitting = Math.floor((maxBytes - size.bytes) / (this.#rowBytes.get(table) ?? 1));
      const count = Math.min(limit - rows.length, most, Math.max(LEAST_ROWS, fitting));
      const terms = [...(where === undefined ? [] : [where]), ...(after ? [afterPosition(orderBy, after)] : [])];
      const part = await select({ ...query, columns: asked, where: and(terms), limit: count });
      const before = size.bytes;
      for (const [index, row] of part.rows.entries()) {
        rows.push(row);
        const rowId = part.rowIds[index];
        if (rowId !== undefined) rowIds.push(rowId);
        size.add(row);
        if (size.bytes < maxBytes) continue;
        this.#learn(table, (size.bytes - before) / (index + 1));
        return { rows: without(rows, columns.length, asked.length), rowIds, cut: true };
      }
      if (part.rows.length > 0) this.#learn(table, (size.bytes - before) / part.rows.length);
      const last = part.rows.at(-1);
      if (part.rows.length < count || rows.length >= limit || last === undefined) break;
      after = places.map((place) => last[place] ?? null);
    }
    return { rows: without(rows, columns.length, asked.length), rowIds };
  }

  #learn(table: string, bytes: number): void {
    this.#rowBytes.set(table, Math.max(1, bytes));
  }
}

/** Takes the cells from `start` to `end` out of each row: those that only the order needs. Lookups come after them. */
function without(rows: Cell[][], start: number, end: number): Cell[][] {
  if (end > start) for (const row of rows) row.splice(start, end - start);
  return rows;
}
