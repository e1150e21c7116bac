import type { Fusion, FusionWeights } from './search-query.ts';

export interface Ranked {
  readonly id: string;
  readonly score: number;
}

export interface RankedSegments {
  /** Best first. */
  readonly ranked: readonly Ranked[];
  readonly total: number;
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
