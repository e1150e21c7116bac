import type { ColumnValues } from './column-values.ts';
import { compareValues, type Value } from './value.ts';

/** One end of a range of values. */
export interface Bound {
  /** The order of a value, which is not null, and the bound. */
  readonly compare: (value: Value) => number;
  readonly inclusive: boolean;
}

export interface Range {
  readonly lower?: Bound;
  readonly upper?: Bound;
}

/** Slots in the order of a column's values, without nulls. New ones wait unsorted until there are enough of them. */
export class SortedSlots {
  readonly #values: ColumnValues;
  #sorted: number[] = [];
  #pending: number[] = [];

  constructor(values: ColumnValues) {
    this.#values = values;
  }

  add(slot: number): void {
    if (this.#values.get(slot) !== null) this.#pending.push(slot);
  }

  /** About how many slots the range holds. */
  estimate(range: Range): number {
    this.#settle();
    const [from, to] = this.#limits(range);
    return Math.max(0, to - from) + this.#pending.length;
  }

  /** Slots of the range, and perhaps a few others: each has to be looked at again. */
  slots(range: Range): number[] {
    this.#settle();
    const [from, to] = this.#limits(range);
    return [...this.#sorted.slice(from, Math.max(from, to)), ...this.#pending];
  }

  #limits({ lower, upper }: Range): [number, number] {
    const from = lower === undefined ? 0 : this.#first((order) => (lower.inclusive ? order >= 0 : order > 0), lower);
    const to =
      upper === undefined
        ? this.#sorted.length
        : this.#first((order) => (upper.inclusive ? order > 0 : order >= 0), upper);
    return [from, to];
  }

  /** The first place whose value satisfies a condition that holds from there on. */
  #first(holds: (order: number) => boolean, bound: Bound): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(bound.compare(this.#values.get(this.#sorted[middle] ?? 0)))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #settle(): void {
    const pending = this.#pending;
    if (pending.length <= 64 + (this.#sorted.length >> 6)) return;
    const compare = (a: number, b: number): number => compareValues(this.#values.get(a), this.#values.get(b));
    pending.sort(compare);
    this.#pending = [];
    const last = this.#sorted.at(-1);
    if (last === undefined || compare(last, pending[0] ?? 0) <= 0) {
      for (const slot of pending) this.#sorted.push(slot);
    } else {
      this.#sorted = merged(this.#sorted, pending, compare);
    }
  }
}

function merged(
  left: readonly number[],
  right: readonly number[],
  compare: (a: number, b: number) => number,
): number[] {
  const result: number[] = [];
  let next = 0;
  for (const slot of left) {
    while (next < right.length && compare(right[next] ?? 0, slot) < 0) {
      result.push(right[next] ?? 0);
      next += 1;
    }
    result.push(slot);
  }
  for (; next < right.length; next += 1) result.push(right[next] ?? 0);
  return result;
}
