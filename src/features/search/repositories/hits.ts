import type { SearchHit } from '../rules/search-query.ts';
import type { Ranked } from '../rules/fusion.ts';
import type { ParsedQuery } from '../rules/query-text.ts';
import { makeSnippet } from '../rules/snippet.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { isIn } from '../../../vastdb/predicate/builder.ts';
import { findAssets } from './assets.ts';
import { SEGMENTS } from '../search-tables.ts';

const COLUMNS = ['id', 'version_id', 'asset_id', 'start_ns', 'end_ns', 'text', 'speaker'] as const;

/** The page's segments with their assets, in the order of the ranking: two queries, however long the page is. */
export async function readHits(
  reader: ManagedReader,
  ranked: readonly Ranked[],
  query?: ParsedQuery,
): Promise<SearchHit[]> {
  const ids = ranked.map(({ id }) => id);
  if (ids.length === 0) return [];
  const { rows } = await reader.select({ table: SEGMENTS, columns: COLUMNS, where: isIn('id', ids) });
  const segments = new Map(rows.map((cells) => [cells[0], cells]));
  const assets = await findAssets(reader, [...new Set(Array.from(segments.values(), (cells) => cells[2]))]);
  return ranked.flatMap(({ id, score }): SearchHit[] => {
    const [, versionId, assetId, startNs, endNs, text, speaker] = segments.get(id) ?? [];
    const asset = assetId === undefined ? undefined : assets.get(assetId);
    // Purged since it was ranked.
    if (asset === undefined || versionId === undefined || startNs === undefined || endNs === undefined) return [];
    const { bucket, key, link } = asset;
    const shown = { text: text ?? '', snippet: makeSnippet(text ?? '', query), speaker: speaker ?? null };
    return [{ assetId: asset.id, versionId, segmentId: id, bucket, key, startNs, endNs, ...shown, link, score }];
  });
}
