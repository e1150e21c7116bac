import { publishedIsFixed, type Version, type VersionStatus, writtenByAnother } from '../rules/version.ts';
import type { SearchableTranscript } from '../rules/searchable-transcript.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { SearchOperations } from '../repositories/operations.ts';

/**
 * Makes a transcript the segments of a version, in place of another that it had: an attempt that broke off may have stored
 * a longer one. A version that was published takes only what it has already; if that was removed, it is back. If two
 * are put at once, the one that began last is kept, whole.
 *
 * Throws AppError `not_found` where there is no such version, `transcript_being_put` where another was begun meanwhile, and
 * `invalid_request` for another transcript of one that was published.
 */
export async function storeTranscript(
  database: SearchDatabase,
  versionId: string,
  { language, segments, hash: transcriptHash }: SearchableTranscript,
): Promise<void> {
  await database.execute(async (tx) => {
    // Segments are written in several transactions, so the version first names the transcript that they belong to.
    const version = await tx.getVersion(versionId);
    if (version?.publishState !== 'STAGING') return;
    if (version.transcriptHash === transcriptHash && WRITTEN.has(version.status)) return;
    await tx.updateVersionStatus(versionId, { status: 'transcribing', transcriptHash });
  });
  await database.upsertTranscriptSegments(versionId, segments, transcriptHash);
  await database.execute(async (tx) => {
    const version = await tx.getVersion(versionId);
    // Purged since its segments were written.
    if (version === undefined) return;
    await bringBack(tx, version);
    const others = await tx.segmentsBeyond(versionId, segments[0]?.chunking ?? '', segments.length);
    if (version.publishState !== 'STAGING') {
      if (others.length > 0) throw publishedIsFixed(versionId);
      return;
    }
    if (version.transcriptHash !== transcriptHash) throw writtenByAnother(versionId);
    if (others.length > 0) {
      await tx.softDeleteTranscriptSegments(versionId, others);
    }
    await tx.updateVersionStatus(versionId, { status: 'embedding', ...(language !== null && { language }) });
  });
}

/** All segments of its transcript are there. */
const WRITTEN: ReadonlySet<VersionStatus> = new Set(['embedding', 'indexed', 'index_partial']);

async function bringBack(tx: SearchOperations, { id, publishState, segmentVisibility }: Version): Promise<void> {
  if (segmentVisibility !== 'SOFT_DELETED' || publishState === 'SOFT_DELETED') return;
  await tx.setTranscriptVisibility(id, publishState);
  await tx.setEmbeddingVisibility(id, publishState);
}
