import type {
  Cell,
  ColumnBatch,
  RowSet,
  ScanRequest,
  SelectRequest,
  TableDefinition,
  TextPhrase,
  TextQuery,
} from '../engine.ts';
import { and, contains, not, or } from '../predicate/builder.ts';
import { TableError } from '../table-error.ts';
import { cellOrder } from './row-order.ts';

/** Parameters of BM25: Robertson and Zaragoza's defaults. */
const K1 = 1.2;
const B = 0.75;
/** Rows beyond twice the limit that are collected before they are sorted and cut. */
const SORTED_AT_ONCE = 1024;

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

/** Texts of matches that are kept until it is known how rare their words are, in characters. More are read once more. */
const KEPT_CHARACTERS = 4 * 1024 * 1024;
/** The rest of a row, as characters. */
const ROW_CHARACTERS = 100;

type Scan = (request: ScanRequest) => AsyncIterable<ColumnBatch>;

interface Match {
  readonly cells: Cell[];
  readonly text: string;
}

/**
 * Answers a select with `match` for engines that have none: all rows that match are read, and ranked here. Memory holds
 * a batch of them, those of the answer, and `KEPT_CHARACTERS`, however many match.
 */
export async function selectMatches(request: SelectRequest, match: TextQuery, scan: Scan): Promise<RowSet> {
  checkMatch(request, match);
  const { columns, limit = Infinity } = request;
  const scores = new Bm25(match);
  const kept: Match[] = [];
  let characters = 0;
  for await (const batch of matchesOf(request, match, scan)) {
    for (const found of batch) {
      scores.count(found.text);
      characters += found.text.length + ROW_CHARACTERS;
      if (characters <= KEPT_CHARACTERS) kept.push(found);
    }
    if (characters > KEPT_CHARACTERS) kept.length = 0;
  }
  const best = new Best(columns, limit);
  const add = ({ cells, text }: Match): void => best.add(cells, scores.of(text));
  if (characters <= KEPT_CHARACTERS) {
    kept.forEach(add);
  } else {
    for await (const batch of matchesOf(request, match, scan)) batch.forEach(add);
  }
  return { rows: best.rows(), rowIds: [] };
}

async function* matchesOf(request: SelectRequest, match: TextQuery, scan: Scan): AsyncGenerator<Match[]> {
  const { table, columns, where = and([]) } = request;
  const has = (phrase: TextPhrase) => contains(match.column, phraseNeedle(phrase));
  const wanted = match.all.map((phrases) => or(phrases.map(has)));
  const unwanted = match.none.map((phrase) => not(has(phrase)));
  const asked = { table, columns: [...columns, match.column], where: and([where, ...wanted, ...unwanted]) };
  for await (const batch of scan(asked)) {
    yield Array.from({ length: batch.rowCount }, (_, row) => {
      const cells = batch.columns.map((column) => column[row] ?? null);
      const text = cells.pop();
      return { cells, text: typeof text === 'string' ? text : '' };
    });
  }
}

/** The rows with the highest scores. */
class Best {
  readonly #limit: number;
  readonly #byCells: (a: readonly Cell[], b: readonly Cell[]) => number;
  readonly #ranked: { readonly cells: Cell[]; readonly score: number }[] = [];
  #total = 0;

  constructor(columns: readonly string[], limit: number) {
    this.#limit = limit;
    // Equal scores go by the cells, so that pages follow one another.
    this.#byCells = cellOrder(
      columns.map((column) => ({ column, direction: 'asc' })),
      columns,
    );
  }

  add(cells: Cell[], score: number): void {
    this.#total += 1;
    this.#ranked.push({ cells, score });
    if (this.#ranked.length >= 2 * this.#limit + SORTED_AT_ONCE) this.#prune();
  }

  /** Each with its score, and how many rows were added. */
  rows(): Cell[][] {
    this.#prune();
    return this.#ranked.map(({ cells, score }) => [...cells, score, this.#total]);
  }

  #prune(): void {
    this.#ranked.sort((a, b) => b.score - a.score || this.#byCells(a.cells, b.cells));
    if (this.#ranked.length > this.#limit) this.#ranked.length = this.#limit;
  }
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
 * these texts, so phrases that all of them have count alike. The texts are in the form of an indexed column
 * (`TableDefinition.fullText`).
 */
export class Bm25 {
  readonly #needles: readonly string[];
  readonly #having: number[];
  #texts = 0;
  #words = 0;

  constructor({ all }: Pick<TextQuery, 'all'>) {
    this.#needles = all.flat().map(phraseNeedle);
    this.#having = this.#needles.map(() => 0);
  }

  /** Takes a text into account. */
  count(text: string): void {
    this.#texts += 1;
    this.#words += wordsOf(text);
    this.#needles.forEach((needle, index) => {
      if (text.includes(needle)) this.#having[index] = (this.#having[index] ?? 0) + 1;
    });
  }

  /** The score of a text, once all are counted. */
  of(text: string): number {
    const length = wordsOf(text) / (this.#words / this.#texts);
    return this.#needles.reduce((score, needle, index) => {
      const count = countOf(text, needle);
      if (count === 0) return score;
      const having = this.#having[index] ?? 0;
      const rarity = Math.log(1 + (this.#texts - having + 0.5) / (having + 0.5));
      return score + (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
    }, 0);
  }
}

const wordsOf = (text: string): number => countOf(text, ' ') - 1;

/** The part of a text that stands for the phrase. Immediate repetitions share a space, and count once. */
export function phraseNeedle({ words, prefix }: TextPhrase): string {
  return ` ${words.join(' ')}${prefix ? '' : ' '}`;
}

function countOf(text: string, needle: string): number {
  let count = 0;
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) count += 1;
  return count;
}
