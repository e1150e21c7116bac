import type { SearchDatabase, SearchTransaction } from '../../domain/search/search-database.ts';
import { type Version, publishedIsFixed } from '../../domain/search/version.ts';
import { chunkTranscript } from '../../search/chunking.ts';
import type { Transcript } from '../../search/transcript/transcript.ts';

/**
 * Makes a transcript the segments of a version, in place of another that it had: an attempt that broke off may have stored
 * a longer one. A version that was published takes only what it has already; if that was removed, it is back.
 *
 * Throws AppError `not_found` where there is no such version, and `invalid_request` for another transcript of one that was
 * published.
 */
export async function storeTranscript(
  database: SearchDatabase,
  versionId: string,
  { cues, language }: Transcript,
): Promise<void> {
  const chunks = chunkTranscript(cues);
  await database.upsertTranscriptSegments(versionId, chunks);
  const wanted = new Set(chunks.map(placeOf));
  await database.execute(async (tx) => {
    const version = await tx.getVersion(versionId);
    // Purged since its segments were written.
    if (version === undefined) return;
    await bringBack(tx, version);
    const others = (await tx.getTranscriptSegments(versionId)).filter(
      (segment) => segment.visibility !== 'SOFT_DELETED' && !wanted.has(placeOf(segment)),
    );
    if (version.publishState !== 'STAGING') {
      if (others.length > 0) throw publishedIsFixed(versionId);
      return;
    }
    if (others.length > 0) {
      await tx.softDeleteTranscriptSegments(
        versionId,
        others.map(({ id }) => id),
      );
    }
    await tx.updateVersionStatus(versionId, { status: 'embedding', ...(language !== null && { language }) });
  });
}

const placeOf = ({ chunking, position }: { chunking: string; position: number }): string => `${chunking} ${position}`;

async function bringBack(tx: SearchTransaction, { id, publishState, segmentVisibility }: Version): Promise<void> {
  if (segmentVisibility !== 'SOFT_DELETED' || publishState === 'SOFT_DELETED') return;
  await tx.setTranscriptVisibility(id, publishState);
  await tx.setEmbeddingVisibility(id, publishState);
}
