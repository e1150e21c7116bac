import type { RowSet, SelectRequest, TableDefinition, TextPhrase, TextQuery } from '../engine.ts';
import { and, contains, not, or } from '../predicate/builder.ts';
import { TableError } from '../table-error.ts';
import { cellOrder } from './row-order.ts';

/** Parameters of BM25: Robertson and Zaragoza's defaults. */
const K1 = 1.2;
const B = 0.75;

/**
 * The score of a row in SQL, as `bm25` computes it: by the columns `count0`, `having0` and so on of the phrases, `total`, `size` and
 * `average`.
 */
export const scoreText = ({ all }: TextQuery): string =>
  all
    .flat()
    .map(
      (_, n) =>
        `ln(1 + (total - having${n} + 0.5) / (having${n} + 0.5)) * count${n} * ${K1 + 1} / ` +
        `(count${n} + ${K1} * (${1 - B} + ${B} * size / average))`,
    )
    .join(' + ');

/** @throws TableError `invalid` for a column that is none, or a table that is kept by a sort key. */
export function checkFullText({ name, columns, sortKey = [] }: TableDefinition, fullText: string): void {
  if (!columns.some((column) => column.name === fullText && column.type === 'string')) {
    throw new TableError('invalid', `The table ${name} has no string column ${JSON.stringify(fullText)} to index.`);
  }
  if (sortKey.length > 0) {
    throw new TableError('invalid', `The table ${name} has a sort key: its rows have no numbers to index them by.`);
  }
}

/** Answers a select with `match` for engines that have none: all rows that match are fetched, and ranked here. */
export async function selectMatches(
  request: SelectRequest,
  match: TextQuery,
  select: (plain: SelectRequest) => Promise<RowSet>,
): Promise<RowSet> {
  checkMatch(request, match);
  const { table, columns, where = and([]), limit } = request;
  const has = (phrase: TextPhrase) => contains(match.column, phraseNeedle(phrase));
  const wanted = match.all.map((phrases) => or(phrases.map(has)));
  const unwanted = match.none.map((phrase) => not(has(phrase)));
  const { rows } = await select({
    table,
    columns: [...columns, match.column],
    where: and([where, ...wanted, ...unwanted]),
  });
  const texts = rows.map((row) => {
    const text = row.pop();
    return typeof text === 'string' ? text : '';
  });
  const scores = bm25(match, texts);
  const ranked = rows.map((cells, index) => ({ cells, score: scores[index] ?? 0 }));
  // Equal scores go by the cells, so that pages follow one another.
  const byCells = cellOrder(
    columns.map((column) => ({ column, direction: 'asc' })),
    columns,
  );
  ranked.sort((a, b) => b.score - a.score || byCells(a.cells, b.cells));
  return { rows: ranked.slice(0, limit).map(({ cells, score }) => [...cells, score, rows.length]), rowIds: [] };
}

/** @throws TableError `invalid` for a match that looks for nothing, and for what cannot be asked together with one. */
export function checkMatch(request: SelectRequest, { all, none }: TextQuery): void {
  const { lookups = [], orderBy = [], distinct = false, rowIds = false, limit } = request;
  if (lookups.length > 0 || orderBy.length > 0 || distinct || rowIds) {
    throw new TableError('invalid', 'A select with match has no lookups, no order of its own, and no row ids.');
  }
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0)) {
    throw new TableError('invalid', `A limit is a whole number from 0 on, not ${limit}.`);
  }
  if (all.length === 0 || all.some((phrases) => phrases.length === 0)) {
    throw new TableError('invalid', 'A match needs a phrase that is looked for.');
  }
  if ([...all.flat(), ...none].some(({ words }) => words.length === 0)) {
    throw new TableError('invalid', 'A phrase to match has no words.');
  }
}

/**
 * Scores of texts that satisfy a query, by BM25: the higher the better. The rarity of a phrase is computed only from
 * these texts, so phrases that all of them have count alike.
 *
 * @param texts in the form of an indexed column (`TableDefinition.fullText`).
 */
export function bm25({ all }: Pick<TextQuery, 'all'>, texts: readonly string[]): Float64Array {
  const scores = new Float64Array(texts.length);
  if (texts.length === 0) return scores;
  const lengths = texts.map((text) => countOf(text, ' ') - 1);
  const average = lengths.reduce((sum, length) => sum + length, 0) / texts.length;
  for (const phrase of all.flat()) {
    const needle = phraseNeedle(phrase);
    const counts = texts.map((text) => countOf(text, needle));
    const having = counts.reduce((sum, count) => (count > 0 ? sum + 1 : sum), 0);
    const rarity = Math.log(1 + (texts.length - having + 0.5) / (having + 0.5));
    counts.forEach((count, index) => {
      if (count === 0) return;
      const length = (lengths[index] ?? 0) / average;
      scores[index] = (scores[index] ?? 0) + (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
    });
  }
  return scores;
}

/** The part of a text that stands for the phrase. Immediate repetitions share a space, and count once. */
export function phraseNeedle({ words, prefix }: TextPhrase): string {
  return ` ${words.join(' ')}${prefix ? '' : ' '}`;
}

function countOf(text: string, needle: string): number {
  let count = 0;
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) count += 1;
  return count;
}
