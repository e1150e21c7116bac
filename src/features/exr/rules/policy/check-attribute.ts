import type { ExrAttribute } from '../../../../formats/exr/attributes/attribute.ts';
import type { ExrHeaderPart } from '../../../../formats/exr/header/header.ts';
import type { AttributeRule } from './policy.ts';

/** Violations of the rule, as texts for people. */
export function checkAttribute(rule: AttributeRule, parts: readonly ExrHeaderPart[]): string[] {
  const found = parts.map(({ attributes }) => attributes.get(rule.name)).filter((attribute) => attribute !== undefined);
  if (rule.present === false) return found.length === 0 ? [] : [`the attribute ${rule.name} is there`];
  if (found.length === 0) return [`the attribute ${rule.name} is missing`];
  return [...new Set(found.flatMap((attribute) => checkValue(rule, attribute)))];
}

function checkValue(rule: AttributeRule, { name, type, value }: ExrAttribute): string[] {
  const { equals, one_of: oneOf, min, max } = rule;
  const printed = print(value);
  const faults: string[] = [];
  if (rule.type !== undefined && type !== rule.type) faults.push(`is of type ${type}, not ${rule.type}`);
  if (equals !== undefined && !equalsAttribute(type, value, equals)) faults.push(`is ${printed}, not ${print(equals)}`);
  if (oneOf !== undefined && !oneOf.some((allowed) => equalsAttribute(type, value, allowed))) {
    faults.push(`is ${printed}, none of ${print(oneOf)}`);
  }
  const isNumber = typeof value === 'number';
  if (!isNumber && (min !== undefined || max !== undefined)) faults.push(`is ${printed}, which is no number`);
  if (isNumber && min !== undefined && value < min) faults.push(`is ${printed}, less than ${min}`);
  if (isNumber && max !== undefined && value > max) faults.push(`is ${printed}, more than ${max}`);
  return faults.map((fault) => `${name} ${fault}`);
}

/** Reasons are for people: a manifest of a megabyte is cut. */
const PRINTED_CHARACTERS = 120;

function print(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > PRINTED_CHARACTERS ? `${text.slice(0, PRINTED_CHARACTERS)}...` : text;
}

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
function equalsAttribute(type: string, value: unknown, stated: unknown): boolean {
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
