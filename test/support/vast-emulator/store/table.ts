import { badRequest, conflict, notFound, ProtocolError } from '../http/protocol-error.ts';
import type { ArrowField } from '../wire/arrow-types.ts';
import { columnValues, type ColumnValues } from './column-values.ts';
import { NO_SLOT, requireSlot, RowVersions } from './row-versions.ts';
import { ScanOrder } from './scan-order.ts';
import { TableIndexes } from './table-indexes.ts';
import type { Transaction } from './transaction.ts';
import type { Value } from './value.ts';
import { VersionedEntry } from './versioned-entry.ts';

/** Versions that are kept before the table is rewritten without the dead ones. */
const DEAD_SLOTS = 50_000;

export interface TableColumn {
  readonly field: ArrowField;
}

export interface Projection {
  readonly name: string;
  readonly id: number;
  readonly columns: readonly { readonly name: string; readonly sorted: boolean }[];
}

/** A column in some version of the table's definition; a rename keeps its values. */
class ColumnEntry extends VersionedEntry {
  readonly field: ArrowField;
  readonly values: ColumnValues;

  constructor(transaction: Transaction, field: ArrowField, values: ColumnValues) {
    super(transaction);
    this.field = field;
    this.values = values;
  }
}

class ProjectionEntry extends VersionedEntry {
  readonly projection: Projection;

  constructor(transaction: Transaction, projection: Projection) {
    super(transaction);
    this.projection = projection;
  }
}

/** Columns to write: their values per row. */
export interface WrittenColumn {
  readonly column: SeenColumn;
  readonly values: readonly Value[];
}

export interface SeenColumn {
  readonly field: ArrowField;
  readonly values: ColumnValues;
}

/** One table: its columns, its rows in versions, and the indexes that make queries fast. */
export class Table {
  readonly rows = new RowVersions();
  readonly indexes: TableIndexes;
  readonly order: ScanOrder;
  /** Names of the columns that it is sorted by; empty for a table that is not. */
  sortingKey: readonly string[];
  /** Whether rows were inserted with ids of their writers. */
  hasExternalRowIds = false;
  #columns: ColumnEntry[] = [];
  #projections: ProjectionEntry[] = [];
  #projectionIds = 0;

  constructor(transaction: Transaction, columns: readonly TableColumn[], sortingKey: readonly string[], seed: number) {
    this.sortingKey = sortingKey;
    this.order = new ScanOrder(seed);
    this.indexes = new TableIndexes(this.rows);
    for (const { field } of columns) this.addColumn(transaction, field);
  }

  noteExternalRowIds(transaction: Transaction): void {
    if (this.hasExternalRowIds) return;
    this.hasExternalRowIds = true;
    transaction.add({ commit: () => undefined, rollback: () => (this.hasExternalRowIds = false) });
  }

  /** For a table that has none. @throws ProtocolError 400 when it has one. */
  addSortingKey(transaction: Transaction, key: readonly string[]): void {
    if (this.sortingKey.length > 0) throw badRequest('the table has a sorting key');
    this.sortingKey = key;
    transaction.add({ commit: () => undefined, rollback: () => (this.sortingKey = []) });
  }

  columns(transaction: Transaction): SeenColumn[] {
    return this.#columns.filter((column) => column.isSeenBy(transaction));
  }

  /** @throws ProtocolError 404 */
  column(transaction: Transaction, name: string): SeenColumn {
    return this.#entry(transaction, name);
  }

  addColumn(transaction: Transaction, field: ArrowField): void {
    this.#refuseTaken(transaction, field.name);
    this.#columns.push(new ColumnEntry(transaction, field, columnValues(field.type)));
  }

  dropColumn(transaction: Transaction, name: string): void {
    this.#entry(transaction, name).end(transaction);
  }

  renameColumn(transaction: Transaction, from: string, to: string): void {
    const entry = this.#entry(transaction, from);
    this.#refuseTaken(transaction, to);
    entry.end(transaction);
    // A renamed column stays in its place.
    const renamed = new ColumnEntry(transaction, entry.field.clone({ name: to }), entry.values);
    this.#columns.splice(this.#columns.indexOf(entry) + 1, 0, renamed);
  }

  projections(transaction: Transaction): Projection[] {
    return this.#projections.filter((entry) => entry.isSeenBy(transaction)).map(({ projection }) => projection);
  }

  addProjection(transaction: Transaction, name: string, columns: Projection['columns']): void {
    for (const column of columns) this.#entry(transaction, column.name);
    for (const entry of this.#projections) {
      if (entry.projection.name !== name) continue;
      if (entry.isSeenBy(transaction)) throw new ProtocolError(409, 'TabularProjectionAlreadyExists', name);
      if (entry.isChangedForeignly(transaction)) throw conflict(name);
    }
    this.#projectionIds += 1;
    this.#projections.push(new ProjectionEntry(transaction, { name, columns, id: this.#projectionIds }));
  }

  dropProjection(transaction: Transaction, name: string): void {
    const entry = this.#projections.find((other) => other.projection.name === name && other.isSeenBy(transaction));
    if (entry === undefined) throw notFound('Projection', name);
    entry.end(transaction);
  }

  /** @returns the row ids of the new rows. */
  insert(transaction: Transaction, columns: readonly WrittenColumn[], count: number): number[] {
    const rowIds: number[] = [];
    for (let row = 0; row < count; row += 1) {
      const slot = this.rows.insert(transaction);
      for (const { column, values } of columns) column.values.set(slot, values[row] ?? null);
      this.indexes.add(slot);
      rowIds.push(this.rows.rowOf(slot));
    }
    return rowIds;
  }

  /** All or nothing: a row that is missing (404) or changed by another transaction (409) leaves the others alone. */
  update(transaction: Transaction, rowIds: readonly number[], columns: readonly WrittenColumn[]): void {
    const slots = rowIds.map((rowId) => requireSlot(this.rows.writableSlot(rowId, transaction), rowId));
    const written = new Set(columns.map(({ column }) => column.values));
    const copied = [...new Set(this.#columns.map(({ values }) => values))].filter((values) => !written.has(values));
    slots.forEach((old, row) => {
      const slot = this.rows.update(old, transaction);
      for (const values of copied) values.set(slot, values.get(old));
      for (const { column, values } of columns) column.values.set(slot, values[row] ?? null);
      this.indexes.add(slot);
    });
  }

  /** A row that is not there is no error. */
  delete(transaction: Transaction, rowIds: readonly number[]): void {
    const slots = rowIds.map((rowId) => this.rows.writableSlot(rowId, transaction));
    for (const slot of slots) if (slot !== NO_SLOT) this.rows.delete(slot, transaction);
  }

  /** Gives back what dead versions occupy, when that has become much. */
  tidy(oldestSnapshot: number): void {
    const { deadSlots, slots } = this.rows;
    if (deadSlots < DEAD_SLOTS || deadSlots * 2 < slots) return;
    const old = this.rows.compact(oldestSnapshot);
    for (const values of new Set(this.#columns.map((column) => column.values))) values.compact(old);
    this.indexes.clear();
  }

  #entry(transaction: Transaction, name: string): ColumnEntry {
    const entry = this.#columns.find((other) => other.field.name === name && other.isSeenBy(transaction));
    if (entry === undefined) throw notFound('Column', name);
    return entry;
  }

  #refuseTaken(transaction: Transaction, name: string): void {
    for (const entry of this.#columns) {
      if (entry.field.name !== name) continue;
      if (entry.isSeenBy(transaction)) throw new ProtocolError(409, 'TabularColumnAlreadyExists', name);
      if (entry.isChangedForeignly(transaction)) throw conflict(name);
    }
  }
}
