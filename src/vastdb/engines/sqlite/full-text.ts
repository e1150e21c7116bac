import type { SQLInputValue } from 'node:sqlite';
import type { ColumnDefinition, SelectRequest, TableDefinition, TextPhrase, TextQuery } from '../../engine.ts';
import { checkFullText, checkMatch, phraseNeedle, scoreText } from '../../query/text-match.ts';
import type { Catalogue, TableShape } from './catalogue.ts';
import { quoted } from './identifiers.ts';
import { compilePredicate } from './predicate-compiler.ts';

/** The index of a table is an FTS5 table of its own, which triggers keep in step with it. */
export const fullTextTable = (table: string): string => `${table}__words`;

/** Cells that a match adds to a row. */
export const MATCH_CELLS = 2;

/** Its only column; no column of ours ends like this, so that the two tables' columns can stand in one condition. */
const INDEXED = 'indexed__words';

/**
 * The statements that create the index, and fill it with the rows that are there; none for a table without one.
 *
 * @throws TableError `invalid` for a column that is none, or a table that is kept by a sort key.
 */
export function fullTextStatements(definition: TableDefinition): string[] {
  const { name, fullText } = definition;
  if (fullText === undefined) return [];
  checkFullText(definition, fullText);
  const index = quoted(fullTextTable(name));
  const table = quoted(name);
  const column = quoted(fullText);
  const add = `INSERT INTO ${index} (rowid, ${INDEXED})`;
  const trigger = (event: string): string => quoted(`${name}__words__${event}`);
  return [
    // Contentless: the text is in the table already. Deleted rows are marked, and removed when the index is merged.
    `CREATE VIRTUAL TABLE ${index} USING fts5 (${INDEXED}, content='', contentless_delete=1, ` +
      // Marks are part of words: in many scripts they are the vowels.
      `tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")`,
    `CREATE TRIGGER ${trigger('insert')} AFTER INSERT ON ${table} WHEN new.${column} IS NOT NULL BEGIN ` +
      `${add} VALUES (new._rowid_, new.${column}); END`,
    `CREATE TRIGGER ${trigger('delete')} AFTER DELETE ON ${table} BEGIN ` +
      `DELETE FROM ${index} WHERE rowid = old._rowid_; END`,
    `CREATE TRIGGER ${trigger('update')} AFTER UPDATE OF ${column} ON ${table} BEGIN ` +
      `DELETE FROM ${index} WHERE rowid = old._rowid_; ` +
      `${add} SELECT new._rowid_, new.${column} WHERE new.${column} IS NOT NULL; END`,
    `${add} SELECT _rowid_, ${column} FROM ${table} WHERE ${column} IS NOT NULL`,
  ];
}

/** The triggers go with the table. */
export const dropFullTextText = (table: string): string => `DROP TABLE IF EXISTS ${quoted(fullTextTable(table))}`;

/**
 * The text of a select with `match`; its values are appended to `values`. Rows are found, ranked and cut before the
 * columns are read: most that match are not shown.
 *
 * The scores are ours, not FTS5's: that one counts all rows of the table, and so its scores would tell of words in rows
 * that the condition hides.
 *
 * @throws TableError `invalid` for unknown columns, and for what cannot be asked together.
 */
export function matchText(
  catalogue: Catalogue,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  request: SelectRequest,
  query: TextQuery,
  values: SQLInputValue[],
): string {
  checkMatch(request, query);
  const { limit, where } = request;
  const index = `"${fullTextTable(shape.name)}"`;
  const table = `"${shape.name}"`;
  const text = `${table}.${quoted(catalogue.column(shape, query.column).name)}`;
  const expression = matchExpression(query);
  const phrases = query.all.flat();
  const counts = phrases.map((phrase, n) => {
    const needle = phraseNeedle(phrase);
    values.push(needle);
    return `(length(${text}) - length(replace(${text}, ?, ''))) / ${Array.from(needle).length} AS count${n}`;
  });
  values.push(expression);
  const condition = where === undefined ? '' : ` AND ${compilePredicate(catalogue, shape, where, values)}`;
  const having = phrases.map((_, n) => `sum(count${n} > 0) AS having${n}`);
  // SQLite takes a limit below 0 for none.
  values.push(limit ?? -1);
  const cells = columns.map(({ name }) => `shown."${name}", `).join('');
  return (
    `WITH matched AS MATERIALIZED (SELECT ${table}._rowid_ AS id, ` +
    `length(${text}) - length(replace(${text}, ' ', '')) - 1 AS size, ${counts.join(', ')} ` +
    `FROM ${index} CROSS JOIN ${table} ON ${table}._rowid_ = ${index}.rowid WHERE ${index} MATCH ?${condition}), ` +
    `everything AS MATERIALIZED (SELECT count(*) AS total, avg(size) AS average, ${having.join(', ')} FROM matched), ` +
    `found AS MATERIALIZED (SELECT id, total, ${scoreText(query)} AS score FROM everything CROSS JOIN matched ` +
    'ORDER BY score DESC, id LIMIT ?) ' +
    `SELECT ${cells}found.score, found.total FROM found CROSS JOIN ${table} AS shown ON shown._rowid_ = found.id ` +
    'ORDER BY found.score DESC, found.id'
  );
}

/** The query in FTS5's language. Words are quoted, so nothing in them is an operator. */
function matchExpression({ all, none }: TextQuery): string {
  const wanted = all.map((phrases) => `(${phrases.map(phraseText).join(' OR ')})`);
  const unwanted = none.map((phrase) => ` NOT ${phraseText(phrase)}`).join('');
  return `(${wanted.join(' AND ')})${unwanted}`;
}

const phraseText = ({ words, prefix }: TextPhrase): string =>
  `"${words.join(' ').replaceAll('"', '""')}"${prefix ? ' *' : ''}`;
