import type { ColumnValues } from './column-values.ts';
import type { RowVersions } from './row-versions.ts';
import { SortedSlots } from './sorted-slots.ts';
import type { Value } from './value.ts';

/** The slots that hold one value of a column, and orders of them by other columns, made when first asked for. */
export class Posting {
  readonly slots: number[];
  #sorted: Map<ColumnValues, SortedSlots> | undefined;

  constructor(slots: number[]) {
    this.slots = slots;
  }

  add(slot: number): void {
    this.slots.push(slot);
    if (this.#sorted !== undefined) for (const sorted of this.#sorted.values()) sorted.add(slot);
  }

  sortedBy(values: ColumnValues): SortedSlots {
    this.#sorted ??= new Map();
    return sortedSlots(this.#sorted, values, () => this.slots);
  }
}

/** By value; a value that only one slot holds, as in a column of ids, needs no more than its number. */
type Postings = Map<Value, number | Posting>;

/**
 * Indexes of one table. They are made when a query first needs them, and kept up from then on; they know
 * nothing of visibility, so what they find has to be looked at again.
 */
export class TableIndexes {
  readonly #rows: RowVersions;
  readonly #postings = new Map<ColumnValues, Postings>();
  readonly #sorted = new Map<ColumnValues, SortedSlots>();

  constructor(rows: RowVersions) {
    this.#rows = rows;
  }

  /** Takes up a new slot, whose values are there already. */
  add(slot: number): void {
    for (const [values, postings] of this.#postings) addTo(postings, values.get(slot), slot);
    for (const sorted of this.#sorted.values()) sorted.add(slot);
  }

  /** Slots that hold a value: a text, a number, a bigint or a boolean. */
  posting(values: ColumnValues, value: Value): Posting | undefined {
    let postings = this.#postings.get(values);
    if (postings === undefined) {
      postings = new Map();
      for (let slot = 0; slot < this.#rows.slots; slot += 1) addTo(postings, values.get(slot), slot);
      this.#postings.set(values, postings);
    }
    const found = postings.get(value);
    return typeof found === 'number' ? new Posting([found]) : found;
  }

  sortedBy(values: ColumnValues): SortedSlots {
    return sortedSlots(this.#sorted, values, () => Array.from({ length: this.#rows.slots }, (_, slot) => slot));
  }

  clear(): void {
    this.#postings.clear();
    this.#sorted.clear();
  }
}

function addTo(postings: Postings, value: Value, slot: number): void {
  if (value === null) return;
  const known = postings.get(value);
  if (known === undefined) postings.set(value, slot);
  else if (typeof known === 'number') postings.set(value, new Posting([known, slot]));
  else known.add(slot);
}

function sortedSlots(
  known: Map<ColumnValues, SortedSlots>,
  values: ColumnValues,
  slots: () => readonly number[],
): SortedSlots {
  let sorted = known.get(values);
  if (sorted === undefined) {
    sorted = new SortedSlots(values);
    for (const slot of slots()) sorted.add(slot);
    known.set(values, sorted);
  }
  return sorted;
}
