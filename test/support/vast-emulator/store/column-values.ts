import { Type, type DataType } from 'apache-arrow';
import { withRoom } from './growing-array.ts';
import type { Value } from './value.ts';

/** The values of one column, by slot; a slot is one version of one row. */
export interface ColumnValues {
  get(slot: number): Value;
  set(slot: number, value: Value): void;
  /** Renumbers the slots; see RowVersions.compact. */
  compact(old: Int32Array): void;
}

/** Storage that suits a type. */
export function columnValues(type: DataType): ColumnValues {
  if (!isBigIntType(type)) return new PlainValues();
  return new BigIntValues(type.ArrayType === BigUint64Array ? new BigUint64Array(64) : new BigInt64Array(64));
}

/** Whether values are kept as 64-bit integers. A list names the array of its elements as its own. */
function isBigIntType({ typeId, ArrayType }: DataType): boolean {
  const isScalar = [Type.Int, Type.Time, Type.Timestamp].includes(typeId);
  return isScalar && (ArrayType === BigInt64Array || ArrayType === BigUint64Array);
}

class PlainValues implements ColumnValues {
  #values: Value[] = [];

  get(slot: number): Value {
    return this.#values[slot] ?? null;
  }

  set(slot: number, value: Value): void {
    // A column that was added later has no values for the rows of before.
    while (this.#values.length < slot) this.#values.push(null);
    this.#values[slot] = value;
  }

  compact(old: Int32Array): void {
    this.#values = Array.from(old, (from) => this.get(from));
  }
}

/** 64-bit integers without an object for each. */
class BigIntValues implements ColumnValues {
  #values: BigInt64Array | BigUint64Array;
  #present = new Uint8Array(64);

  constructor(values: BigInt64Array | BigUint64Array) {
    this.#values = values;
  }

  get(slot: number): Value {
    return this.#present[slot] === 1 ? (this.#values[slot] ?? null) : null;
  }

  set(slot: number, value: Value): void {
    this.#values = withRoom(this.#values, slot + 1);
    this.#present = withRoom(this.#present, slot + 1);
    this.#present[slot] = value === null ? 0 : 1;
    if (value !== null) this.#values[slot] = value as bigint;
  }

  compact(old: Int32Array): void {
    const present = Uint8Array.from(old, (from) => this.#present[from] ?? 0);
    old.forEach((from, to) => (this.#values[to] = this.#values[from] ?? 0n));
    this.#present = present;
  }
}
