type NumberArray = Int32Array | Float64Array | BigInt64Array | BigUint64Array | Uint8Array;

/** A typed array with room for at least `length` elements: the given one, or a copy of twice the size. */
export function withRoom<Numbers extends NumberArray>(array: Numbers, length: number): Numbers {
  if (length <= array.length) return array;
  const Constructor = array.constructor as new (length: number) => Numbers;
  const larger = new Constructor(Math.max(length, array.length * 2));
  (larger as { set(from: NumberArray): void }).set(array);
  return larger;
}
