import { Type } from 'apache-arrow';
import { badRequest } from '../http/protocol-error.ts';
import type { ColumnValues } from '../store/column-values.ts';
import type { Range } from '../store/sorted-slots.ts';
import type { Value } from '../store/value.ts';
import { childrenOf, type ArrowField } from '../wire/arrow-types.ts';
import { ARROW_TYPE, type Expression, type NodePath, type Relation } from '../wire/relation.ts';
import { operand, type Operand } from './literal.ts';

/** One part of the conjunction that a filter is: an OR over one column. */
export interface Condition {
  readonly values: ColumnValues;
  readonly holds: (slot: number) => boolean;
  /** Set when it is a choice of values, which can be looked up. */
  readonly keys: readonly Value[] | undefined;
  /** Set when it is one range of values. */
  readonly range: Range | undefined;
}

/** What tells a column of the table by its name. */
export type ColumnLookup = (name: string) => { readonly field: ArrowField; readonly values: ColumnValues };

type Test = (value: Value) => boolean;

interface Leaf {
  readonly position: number;
  readonly test: Test;
  readonly key: Value;
  readonly range: Range | undefined;
}

const COMPARISONS: Readonly<Record<string, (operand: Operand) => { test: Test; range?: Range }>> = {
  equal: ({ compare, key }) => ({
    // A lookup by identity is much cheaper than an order of texts.
    test: typeof key === 'string' ? (value) => value === key : (value) => value !== null && compare(value) === 0,
  }),
  not_equal: ({ compare }) => ({ test: (value) => value !== null && compare(value) !== 0 }),
  less: ({ compare }) => ({
    test: (value) => value !== null && compare(value) < 0,
    range: { upper: { compare, inclusive: false } },
  }),
  less_equal: ({ compare }) => ({
    test: (value) => value !== null && compare(value) <= 0,
    range: { upper: { compare, inclusive: true } },
  }),
  greater: ({ compare }) => ({
    test: (value) => value !== null && compare(value) > 0,
    range: { lower: { compare, inclusive: false } },
  }),
  greater_equal: ({ compare }) => ({
    test: (value) => value !== null && compare(value) >= 0,
    range: { lower: { compare, inclusive: true } },
  }),
  match_substring: ({ bytes }) => {
    if (bytes === undefined) throw badRequest('match_substring is for texts');
    const part = bytes.toString('utf8');
    return { test: (value) => value !== null && (value as string).includes(part) };
  },
};

/**
 * The filter of a relation: and(or(leaf, ...), ...), each OR over one column.
 *
 * @throws ProtocolError 400 when it has another form, 404 when a column is missing.
 */
export function compileFilter({ filter, paths }: Relation, lookup: ColumnLookup): Condition[] {
  if (filter.kind !== 'call' || filter.name !== 'and') throw badRequest('the filter is not an AND');
  return filter.args.map((group) => compileGroup(group, paths, lookup));
}

function compileGroup(group: Expression, paths: readonly NodePath[], lookup: ColumnLookup): Condition {
  if (group.kind !== 'call' || group.name !== 'or') throw badRequest('an argument of the AND is not an OR');
  const leaves = group.args.map((leaf) => compileLeaf(leaf, paths));
  const [first] = leaves;
  if (first === undefined) throw badRequest('an OR has no arguments');
  if (leaves.some(({ position }) => position !== first.position)) throw badRequest('an OR is over several columns');
  const { values, read } = target(pathAt(paths, first.position), lookup);
  const tests = leaves.map(({ test }) => test);
  const keys = leaves.map(({ key }) => key);
  const isDirect = read === undefined;
  const valueOf = read ?? ((slot: number) => values.get(slot));
  const [onlyTest] = tests;
  return {
    values,
    holds:
      tests.length === 1 && onlyTest !== undefined ? (slot) => onlyTest(valueOf(slot)) : anyOf(tests, keys, valueOf),
    keys: isDirect && !keys.includes(null) ? keys : undefined,
    range: isDirect && leaves.length === 1 ? first.range : undefined,
  };
}

/** A long list of values is looked up, not gone through. */
function anyOf(
  tests: readonly Test[],
  keys: readonly Value[],
  valueOf: (slot: number) => Value,
): (slot: number) => boolean {
  if (!keys.includes(null)) {
    const wanted = new Set(keys);
    return (slot) => wanted.has(valueOf(slot));
  }
  return (slot) => {
    const value = valueOf(slot);
    return tests.some((test) => test(value));
  };
}

function compileLeaf(leaf: Expression, paths: readonly NodePath[]): Leaf {
  if (leaf.kind !== 'call') throw badRequest('an argument of an OR is not a call');
  const { name, args } = leaf;
  if (name === 'and') return between(args.map((part) => compileLeaf(part, paths)));
  const [field, literal] = args;
  if (field?.kind !== 'field') throw badRequest(`the first argument of ${name} is not a field`);
  const { position } = field;
  if (name === 'is_null' || name === 'is_valid') {
    if (args.length !== 1) throw badRequest(`${name} has one argument`);
    const wanted = name === 'is_null';
    return { position, test: (value) => (value === null) === wanted, key: null, range: undefined };
  }
  const comparison = COMPARISONS[name];
  if (comparison === undefined) throw badRequest(`there is no function ${name}`);
  if (literal?.kind !== 'literal' || args.length !== 2) throw badRequest(`${name} wants a field and a literal`);
  const path = pathAt(paths, position);
  const compared = operand(literal.literal, path.node, isVector(path));
  const { test, range } = comparison(compared);
  return { position, test, key: name === 'equal' ? compared.key : null, range };
}

/** BETWEEN and prefixes: an AND of two ranges of one column. */
function between(parts: readonly Leaf[]): Leaf {
  const [low, high, ...others] = parts;
  const isRange = low?.range?.lower !== undefined && high?.range?.upper !== undefined;
  if (low === undefined || high === undefined || others.length > 0 || !isRange || low.position !== high.position) {
    throw badRequest('an AND within an OR is not a range of one column');
  }
  return {
    position: low.position,
    test: (value) => low.test(value) && high.test(value),
    key: null,
    range: { lower: low.range.lower, upper: high.range.upper },
  };
}

function pathAt(paths: readonly NodePath[], position: number): NodePath {
  const path = paths[position];
  if (path === undefined) throw badRequest(`there is no field ${position}`);
  return path;
}

function isVector({ column, children }: NodePath): boolean {
  return column.type === ARROW_TYPE.fixedSizeList && children.length === 1;
}

/** Where the values of a compared node come from; `read` only where that is not the column itself. */
function target(path: NodePath, lookup: ColumnLookup): { values: ColumnValues; read?: (slot: number) => Value } {
  const { field, values } = lookup(path.column.name);
  if (path.children.length === 0 && path.node.children.length === 0) return { values };
  if (isVector(path)) return { values };
  const steps: number[] = [];
  let { type } = field;
  for (const child of path.children) {
    if (type.typeId !== Type.Struct) throw badRequest(`${field.name} cannot be compared`);
    steps.push(child);
    type = childrenOf(type)[child]?.type ?? type;
  }
  if (path.node.children.length > 0) throw badRequest(`${field.name} cannot be compared as a whole`);
  const read = (slot: number): Value =>
    steps.reduce<Value>((value, step) => (value as readonly Value[] | null)?.[step] ?? null, values.get(slot));
  return { values, read };
}
