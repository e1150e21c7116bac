import { NO_SLOT } from '../store/row-versions.ts';
import type { Table } from '../store/table.ts';
import type { Transaction } from '../store/transaction.ts';
import { accessPath, type AccessPath } from './access-path.ts';
import type { Condition } from './filter.ts';

/** How a query is cut into parts that are answered on their own. */
export interface Split {
  /** Which split this request is for, of how many. */
  readonly split: number;
  readonly splits: number;
  /** Row groups that follow one another in one sub-split. */
  readonly rowGroups: number;
  readonly subSplits: number;
}

/** Rows of one sub-split, in the order in which they are answered. */
export interface SelectedRows {
  /** Up to the limit and one more, which tells that there are more. */
  readonly slots: number[];
  /** For each row where it stands; a sub-split is resumed from there. */
  readonly positions: number[];
}

export interface Selection {
  readonly table: Table;
  readonly transaction: Transaction;
  readonly conditions: readonly Condition[];
  readonly split: Split;
  readonly rowGroupRows: number;
  /** Rows per sub-split. */
  readonly limit: number;
}

/** A row group with fewer rows than this part of it is sorted, instead of gone through by position. */
const SPARSE = 0.25;

/** Finds the rows of one query request. */
export class RowSelector {
  readonly #selection: Selection;
  readonly #path: AccessPath | undefined;
  #found: Map<number, SelectedRows> | undefined;

  constructor(selection: Selection) {
    this.#selection = selection;
    const path = accessPath(selection.table, selection.conditions);
    const { rowIds } = selection.table.rows;
    // With rows enough that match, the first page is found sooner by going through the table.
    const scanned =
      path === undefined ? 0 : (selection.limit * selection.split.subSplits * rowIds) / (path.estimate + 1);
    this.#path = path !== undefined && (path.estimate <= scanned || path.estimate < 4096) ? path : undefined;
  }

  /** Rows of a sub-split that stand at `from` or later. */
  rows(subSplit: number, from: number): SelectedRows {
    if (this.#path === undefined) return this.#scan(subSplit, from);
    this.#found ??= this.#lookUp(this.#path);
    const found = this.#found.get(subSplit);
    const start = found?.positions.findIndex((position) => position >= from) ?? -1;
    if (found === undefined || start === -1) return { slots: [], positions: [] };
    const end = start + this.#selection.limit + 1;
    return { slots: found.slots.slice(start, end), positions: found.positions.slice(start, end) };
  }

  #lookUp(path: AccessPath): Map<number, SelectedRows> {
    const { table } = this.#selection;
    const slotAt = new Map<number, number>();
    for (const slot of path.slots()) {
      if (this.#matches(slot)) slotAt.set(this.#position(table.rows.rowOf(slot)), slot);
    }
    const found = new Map<number, SelectedRows>();
    for (const position of Float64Array.from(slotAt.keys()).sort()) {
      const subSplit = this.#subSplitOf(position);
      if (subSplit === undefined) continue;
      let rows = found.get(subSplit);
      if (rows === undefined) found.set(subSplit, (rows = { slots: [], positions: [] }));
      rows.slots.push(slotAt.get(position) ?? NO_SLOT);
      rows.positions.push(position);
    }
    return found;
  }

  #scan(subSplit: number, from: number): SelectedRows {
    const { split, rowGroupRows, limit, table } = this.#selection;
    const rows: SelectedRows = { slots: [], positions: [] };
    const units = split.splits * split.subSplits;
    const unitRows = split.rowGroups * rowGroupRows;
    let start = (split.split * split.subSplits + subSplit) * unitRows;
    while (start < table.rows.rowIds && rows.slots.length <= limit) {
      for (let group = start; group < start + unitRows && rows.slots.length <= limit; group += rowGroupRows) {
        this.#scanGroup(group, from, rows);
      }
      start += units * unitRows;
    }
    return rows;
  }

  #scanGroup(group: number, from: number, rows: SelectedRows): void {
    const { rowGroupRows, limit, table } = this.#selection;
    const end = Math.min(group + rowGroupRows, table.rows.rowIds);
    if (end <= group || group + rowGroupRows <= from) return;
    const isSparse = end - group < rowGroupRows * SPARSE;
    const positions = isSparse ? this.#sortedPositions(group, end) : undefined;
    const length = positions?.length ?? rowGroupRows;
    for (let index = 0; index < length && rows.slots.length <= limit; index += 1) {
      const position = positions?.[index] ?? group + index;
      if (position < from) continue;
      const slot = table.rows.seenSlot(table.order.rowId(position, rowGroupRows), this.#selection.transaction);
      if (slot === NO_SLOT || !this.#holds(slot)) continue;
      rows.slots.push(slot);
      rows.positions.push(position);
    }
  }

  #sortedPositions(group: number, end: number): Float64Array {
    return Float64Array.from({ length: end - group }, (_, index) => this.#position(group + index)).sort();
  }

  #position(rowId: number): number {
    return this.#selection.table.order.position(rowId, this.#selection.rowGroupRows);
  }

  /** Undefined when the row is another split's. */
  #subSplitOf(position: number): number | undefined {
    const { split, rowGroupRows } = this.#selection;
    const unit = Math.floor(position / (rowGroupRows * split.rowGroups)) % (split.splits * split.subSplits);
    return Math.floor(unit / split.subSplits) === split.split ? unit % split.subSplits : undefined;
  }

  #matches(slot: number): boolean {
    const { table, transaction } = this.#selection;
    return table.rows.isSeen(slot, transaction) && this.#holds(slot);
  }

  #holds(slot: number): boolean {
    for (const condition of this.#selection.conditions) if (!condition.holds(slot)) return false;
    return true;
  }
}
