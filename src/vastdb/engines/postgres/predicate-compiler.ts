import type { ColumnDefinition } from '../../engine.ts';
import { COMPARISON_SIGNS, type Leaf, type NonNullCell, type Predicate } from '../../predicate/predicate.ts';
import { prefixRange } from '../../predicate/prefix-range.ts';
import { TableError } from '../../table-error.ts';
import { checkOrdered, checkText, unknownNode } from '../request-checks.ts';
import type { TableShape } from './catalogue.ts';
import { castOf, encodeCell, encodeCells, type Parameter } from './column-types.ts';
import { alignedPattern, storedText } from './text-cells.ts';

/** Tables by name, as the statement needs them: looked up before it is compiled. */
export type Shapes = ReadonlyMap<string, TableShape>;

/** The values of a statement; each is numbered as it is bound. */
export class Parameters {
  readonly values: (Parameter | readonly Parameter[])[] = [];

  /** @returns the placeholder, with the type that it has. */
  bind(value: Parameter | readonly Parameter[], cast: string): string {
    this.values.push(value);
    return `$${this.values.length}::${cast}`;
  }
}

/** The target of a predicate's compilation. */
export interface CompileTarget {
  /** The schema that qualifies tables, in double quotes. */
  readonly schema: string;
  readonly shapes: Shapes;
  readonly parameters: Parameters;
}

/**
 * The SQL condition of a predicate. Values never become text: they are bound to `parameters`. The text depends on the
 * shape of the predicate alone, so that prepared statements are found again.
 *
 * @throws TableError `invalid` for unknown columns, values of a wrong type, and nodes it does not know.
 */
export function compilePredicate(target: CompileTarget, shape: TableShape, predicate: Predicate): string {
  switch (predicate.op) {
    case 'and':
    case 'or': {
      if (predicate.terms.length === 0) return predicate.op === 'and' ? 'TRUE' : 'FALSE';
      const terms = predicate.terms.map((term) => compilePredicate(target, shape, term));
      return `(${terms.join(predicate.op === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `NOT (${compilePredicate(target, shape, predicate.term)})`;
    case 'inSelect': {
      const column = columnOf(shape, predicate.column);
      const inner = shapeOf(target.shapes, predicate.select.table);
      const picked = columnOf(inner, predicate.select.column);
      const where = compilePredicate(target, inner, predicate.select.where);
      // A null in the list would make NOT IN pick nothing at all.
      return (
        `"${column.name}" IN (SELECT "${picked.name}" FROM ${target.schema}."${inner.name}" ` +
        `WHERE "${picked.name}" IS NOT NULL AND ${where})`
      );
    }
    default:
      return compileLeaf(target.parameters, shape, columnOf(shape, predicate.column), predicate);
  }
}

function compileLeaf(parameters: Parameters, shape: TableShape, column: ColumnDefinition, leaf: Leaf): string {
  const name = `"${column.name}"`;
  const bind = (value: NonNullCell): string => parameters.bind(encodeCell(shape.name, column, value), castOf(column));
  switch (leaf.op) {
    case 'eq':
      return compileEquality(parameters, shape, column, leaf.value);
    case 'ne':
      return `${name} <> ${bind(leaf.value)}`;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      checkOrdered(shape.name, column);
      return `${name} ${COMPARISON_SIGNS[leaf.op]} ${bind(leaf.value)}`;
    case 'between':
      checkOrdered(shape.name, column);
      return `${name} BETWEEN ${bind(leaf.low)} AND ${bind(leaf.high)}`;
    case 'in':
      return compileIn(parameters, shape, column, leaf.values);
    case 'isNull':
      return `${name} IS NULL`;
    case 'isNotNull':
      return `${name} IS NOT NULL`;
    case 'contains':
    case 'startsWith':
      return compileMatch(parameters, shape, column, leaf);
    default:
      throw unknownNode(leaf);
  }
}

function compileEquality(
  parameters: Parameters,
  shape: TableShape,
  column: ColumnDefinition,
  value: NonNullCell,
): string {
  const encoded = encodeCell(shape.name, column, value);
  const equal = `"${column.name}" = ${parameters.bind(encoded, castOf(column))}`;
  const characters = shape.prefixes.get(column.name);
  if (characters === undefined || typeof encoded !== 'string') return equal;
  return `(left("${column.name}", ${characters}) = ${parameters.bind(beginning(encoded, characters), 'text')} AND ${equal})`;
}

function compileIn(
  parameters: Parameters,
  shape: TableShape,
  column: ColumnDefinition,
  values: readonly NonNullCell[],
): string {
  const encoded = encodeCells(shape.name, column, values);
  const among = `"${column.name}" = ANY (${parameters.bind(encoded, `${castOf(column)}[]`)})`;
  const characters = shape.prefixes.get(column.name);
  if (characters === undefined) return among;
  const beginnings = values.map((value) =>
    typeof value === 'string' ? beginning(storedText(value), characters) : null,
  );
  return `(left("${column.name}", ${characters}) = ANY (${parameters.bind(beginnings, 'text[]')}) AND ${among})`;
}

/** As `left` of PostgreSQL, which counts code points. */
function beginning(text: string, characters: number): string {
  return text.length <= characters ? text : Array.from(text).slice(0, characters).join('');
}

function compileMatch(
  parameters: Parameters,
  shape: TableShape,
  column: ColumnDefinition,
  { op, text }: { op: 'contains' | 'startsWith'; text: string },
): string {
  checkText(shape.name, column, op);
  const name = `"${column.name}"`;
  // Every text matches; of null it is unknown, which matters under NOT.
  if (text === '') return `${name} >= ''`;
  if (op === 'startsWith') {
    const { from, before } = prefixRange(text);
    const low = `${name} >= ${parameters.bind(storedText(from), 'text')}`;
    return before === undefined ? low : `(${low} AND ${name} < ${parameters.bind(storedText(before), 'text')})`;
  }
  const pattern = alignedPattern(text);
  if (pattern !== undefined) return `${name} ~ ${parameters.bind(pattern, 'text')}`;
  return `position(${parameters.bind(storedText(text), 'text')} IN ${name}) > 0`;
}

/** @throws TableError `invalid` where the statement's tables were not looked up with this one. */
export function shapeOf(shapes: Shapes, table: string): TableShape {
  const shape = shapes.get(table);
  if (shape === undefined) throw new TableError('invalid', `There is no table ${JSON.stringify(table)}.`);
  return shape;
}

/** @throws TableError `invalid` where the table has no such column. */
export function columnOf(shape: TableShape, name: string): ColumnDefinition {
  const column = shape.columnsByName.get(name);
  if (column !== undefined) return column;
  throw new TableError('invalid', `The table ${shape.name} has no column ${JSON.stringify(name)}.`);
}
