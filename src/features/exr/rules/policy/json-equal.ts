/** Attribute types of 32-bit floats: they hold 0.1 only at their precision. */
const SINGLE_PRECISION: ReadonlySet<string> = new Set([
  'box2f',
  'chromaticities',
  'float',
  'floatvector',
  'm33f',
  'm44f',
  'v2f',
  'v3f',
]);

/** Whether the value of an attribute is the one that a policy states. Both are JSON. */
export function equalsAttribute(type: string, value: unknown, stated: unknown): boolean {
  return equal(value, stated, SINGLE_PRECISION.has(type) ? Math.fround : (number) => number);
}

function equal(a: unknown, b: unknown, round: (number: number) => number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return round(a) === round(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const others = new Map(Object.entries(b));
  const entries = Object.entries(a);
  return (
    entries.length === others.size &&
    entries.every(([key, value]) => others.has(key) && equal(value, others.get(key), round))
  );
}
