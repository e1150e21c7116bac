import type { ParsedQuery, Phrase } from './query-text.ts';
import type { Fusion } from './search-query.ts';

/** Robertson and Zaragoza's defaults, as for engines with an index. */
const K1 = 1.2;
const B = 0.75;

/**
 * Scores of texts that satisfy a query, by BM25: the higher the better. The rarity of a phrase is computed only from
 * these texts, so phrases that all of them have count alike.
 *
 * @param texts as `indexedWords` makes them.
 */
export function bm25(query: ParsedQuery, texts: readonly string[]): Float64Array {
  const scores = new Float64Array(texts.length);
  if (texts.length === 0) return scores;
  const lengths = texts.map(countWords);
  const average = lengths.reduce((sum, length) => sum + length, 0) / texts.length;
  for (const phrase of query.all.flat()) {
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

/** The part of a text's indexed words that stands for the phrase. */
export function phraseNeedle({ words, prefix }: Phrase): string {
  return ` ${words.join(' ')}${prefix ? '' : ' '}`;
}

function countWords(text: string): number {
  let count = -1;
  for (let at = text.indexOf(' '); at !== -1; at = text.indexOf(' ', at + 1)) count += 1;
  return count;
}

/** A phrase that repeats at once shares a space with itself, and counts once. */
function countOf(text: string, needle: string): number {
  let count = 0;
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) count += 1;
  return count;
}

export interface Ranked {
  readonly id: string;
  readonly score: number;
}

interface FusionWeights {
  readonly keyword: number;
  readonly semantic: number;
}

/** Cormack, Clarke and Büttcher (2009): large enough that the first places do not decide alone. */
const RANK_CONSTANT = 60;

/**
 * Two lists, each with its best first, as one. Reciprocal rank fusion looks at places only; the weighted sum at scores,
 * which are scaled to 0..1 within their list first, since the two kinds cannot be compared. Ties go by id.
 */
export function fuse(
  keyword: readonly Ranked[],
  semantic: readonly Ranked[],
  fusion: Fusion,
  weights: FusionWeights = { keyword: 1, semantic: 1 },
): Ranked[] {
  const sums = new Map<string, number>();
  const add = (list: readonly Ranked[], weight: number): void => {
    const shares = fusion === 'weighted_sum' ? scaled(list) : list.map((_, index) => 1 / (RANK_CONSTANT + index + 1));
    list.forEach(({ id }, index) => sums.set(id, (sums.get(id) ?? 0) + weight * (shares[index] ?? 0)));
  };
  add(keyword, weights.keyword);
  add(semantic, weights.semantic);
  return Array.from(sums, ([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

/** In a list whose scores are all the same each is as good as the best. */
function scaled(list: readonly Ranked[]): number[] {
  const best = list[0]?.score ?? 0;
  const worst = list.at(-1)?.score ?? 0;
  return list.map(({ score }) => (best === worst ? 1 : (score - worst) / (best - worst)));
}
