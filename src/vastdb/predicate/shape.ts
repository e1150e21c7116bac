import type { Comparison, Predicate } from './predicate.ts';

const SYMBOLS: Readonly<Record<Comparison['op'], string>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** The predicate as text with `?` for its values, which may be private: for logs and slow query lists. */
export function predicateShape(predicate: Predicate): string {
  switch (predicate.op) {
    case 'and':
    case 'or':
      if (predicate.terms.length === 0) return predicate.op === 'and' ? 'true' : 'false';
      return predicate.terms.map(termShape).join(predicate.op === 'and' ? ' and ' : ' or ');
    case 'not':
      return `not (${predicateShape(predicate.term)})`;
    case 'inSelect': {
      const { table, column, where } = predicate.select;
      return `${predicate.column} in (select ${column} from ${table} where ${predicateShape(where)})`;
    }
    case 'in':
      return `${predicate.column} in (?)`;
    case 'between':
      return `${predicate.column} between ? and ?`;
    case 'isNull':
      return `${predicate.column} is null`;
    case 'isNotNull':
      return `${predicate.column} is not null`;
    case 'contains':
    case 'startsWith':
      return `${predicate.op}(${predicate.column}, ?)`;
    default:
      return `${predicate.column} ${SYMBOLS[predicate.op]} ?`;
  }
}

function termShape(term: Predicate): string {
  const nested = (term.op === 'and' || term.op === 'or') && term.terms.length > 0;
  return nested ? `(${predicateShape(term)})` : predicateShape(term);
}
