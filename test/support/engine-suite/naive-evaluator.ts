import type { Cell } from '../../../src/vastdb/engine.ts';
import type { Predicate } from '../../../src/vastdb/predicate/predicate.ts';

export type Row = Readonly<Record<string, Cell>>;

/** Rows of the tables that a predicate's subqueries name. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

/** Whether a row is picked. As plain as can be: it is what engines are compared with. */
export function picks(predicate: Predicate, row: Row, tables: Tables = {}): boolean {
  return truth(predicate, row, tables) === true;
}

/** SQL's three values: null is "unknown". */
function truth(predicate: Predicate, row: Row, tables: Tables): boolean | null {
  switch (predicate.op) {
    case 'and': {
      const values = predicate.terms.map((term) => truth(term, row, tables));
      return values.includes(false) ? false : values.includes(null) ? null : true;
    }
    case 'or': {
      const values = predicate.terms.map((term) => truth(term, row, tables));
      return values.includes(true) ? true : values.includes(null) ? null : false;
    }
    case 'not': {
      const value = truth(predicate.term, row, tables);
      return value === null ? null : !value;
    }
    case 'isNull':
      return row[predicate.column] === null;
    case 'isNotNull':
      return row[predicate.column] !== null;
    case 'in':
      return among(row[predicate.column] ?? null, predicate.values);
    case 'inSelect': {
      const { table, column, where } = predicate.select;
      const inner = (tables[table] ?? []).filter((candidate) => picks(where, candidate, tables));
      return among(
        row[predicate.column] ?? null,
        inner.map((candidate) => candidate[column] ?? null).filter((cell) => cell !== null),
      );
    }
    default:
      break;
  }
  const cell = row[predicate.column] ?? null;
  if (cell === null) return null;
  switch (predicate.op) {
    case 'eq':
      return compareCells(cell, predicate.value) === 0;
    case 'ne':
      return compareCells(cell, predicate.value) !== 0;
    case 'gt':
      return compareCells(cell, predicate.value) > 0;
    case 'gte':
      return compareCells(cell, predicate.value) >= 0;
    case 'lt':
      return compareCells(cell, predicate.value) < 0;
    case 'lte':
      return compareCells(cell, predicate.value) <= 0;
    case 'between':
      return compareCells(cell, predicate.low) >= 0 && compareCells(cell, predicate.high) <= 0;
    case 'contains':
      return typeof cell === 'string' && cell.includes(predicate.text);
    case 'startsWith':
      return typeof cell === 'string' && cell.startsWith(predicate.text);
  }
}

/** An empty list holds nothing, not even an unknown value. */
function among(cell: Cell, values: readonly Cell[]): boolean | null {
  if (values.length === 0) return false;
  return cell === null ? null : values.some((value) => compareCells(cell, value) === 0);
}

/** Texts in the order of their code points, bytes in that of their values. */
export function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a === b) return 0;
  if (a === null || b === null) throw new Error('null has no place in an order');
  return a < b ? -1 : 1;
}
