import type { Embedder, EmbeddingInput } from '../rules/embedding.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { JobInput } from '../rules/job.ts';
import type { OutdatedVersion, Version } from '../rules/version.ts';

/** The job that makes a model's vectors for a published version; its key and policy name the model. */
export const embeddingJob = ({ id, assetId }: OutdatedVersion, model: string): JobInput => ({
  idempotencyKey: `embed:${model}:${id}`,
  assetId,
  versionId: id,
  enginePolicy: model,
});

/**
 * Records that a version has all vectors of a model. If it still has vectors of another model, that one stays recorded:
 * the upkeep finds the version, and removes them.
 */
export const madeBy = (model: string, version: Version | undefined): { readonly embeddingModel?: string } =>
  version === undefined || version.embeddingModel === null ? { embeddingModel: model } : {};

/** Texts per request to the embedder: services commonly take this many, and a failure repeats little. */
const EMBEDDING_BATCH = 64;

/** Makes and stores a vector for each segment of a version. Rejects with the embedder's errors. */
export async function embedSegments(
  database: Pick<SearchDatabase, 'getTranscriptSegments' | 'upsertEmbeddings'>,
  embedder: Embedder,
  versionId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { model } = embedder;
  const all = await database.getTranscriptSegments(versionId);
  const segments = all.filter(({ visibility }) => visibility !== 'SOFT_DELETED');
  for (let start = 0; start < segments.length; start += EMBEDDING_BATCH) {
    signal?.throwIfAborted();
    const batch = segments.slice(start, start + EMBEDDING_BATCH);
    const vectors = await embedder.embed(
      batch.map(({ text }) => text),
      signal,
    );
    const embeddings = batch.flatMap(({ id }, index): EmbeddingInput[] => {
      const vector = vectors[index];
      return vector === undefined ? [] : [{ segmentId: id, model, vector }];
    });
    await database.upsertEmbeddings(versionId, embeddings);
  }
}
