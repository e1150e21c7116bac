import type { SearchFilters } from '../rules/search-query.ts';
import { bm25, phraseNeedle, type Ranked } from '../rules/ranking.ts';
import type { ParsedQuery } from '../rules/query-text.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, contains, not, or } from '../../../vastdb/predicate/builder.ts';
import type { Access } from '../../../tams/access/access.ts';
import { SEGMENTS } from '../search-tables.ts';
import { visibleSegments } from './visible.ts';

export interface RankedSegments {
  /** Best first. */
  readonly ranked: readonly Ranked[];
  readonly total: number;
}

/** The `count` best segments that satisfy the query, and how many there are; by the engine's index where it has one. */
export async function rankByKeywords(
  reader: ManagedReader,
  access: Access,
  query: ParsedQuery,
  filters: SearchFilters | undefined,
  count: number,
): Promise<RankedSegments> {
  const where = await visibleSegments(reader, access, filters);
  if (!reader.hasFullText) return rankBySubstrings(reader, query, where, count);
  const match = { column: 'words', ...query } as const;
  // One row at least: it tells the total.
  const limit = Math.max(count, 1);
  const { rows: found } = await reader.select({ table: SEGMENTS, columns: ['id'], where, match, limit });
  return {
    ranked: found.slice(0, count).map(([id, score]) => ({ id, score })),
    total: found[0]?.[2] ?? 0,
  };
}

/** All matching rows must be fetched to rank them. */
async function rankBySubstrings(
  reader: ManagedReader,
  query: ParsedQuery,
  visible: Awaited<ReturnType<typeof visibleSegments>>,
  count: number,
): Promise<RankedSegments> {
  const wanted = query.all.map((phrases) => or(phrases.map((phrase) => contains('words', phraseNeedle(phrase)))));
  const unwanted = query.none.map((phrase) => not(contains('words', phraseNeedle(phrase))));
  const where = and([visible, ...wanted, ...unwanted]);
  const { rows: found } = await reader.select({ table: SEGMENTS, columns: ['id', 'words'], where });
  const scores = bm25(
    query,
    found.map(([, words]) => words ?? ''),
  );
  const ranked = found
    .map(([id], index) => ({ id, score: scores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  return { ranked: ranked.slice(0, count), total: ranked.length };
}
