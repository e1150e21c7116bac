import { SecretBox } from '../../../shared/secret-box.ts';
import { VastStore } from '../../../tams/vast-store.ts';
import type { ImportReport } from '../../../vastdb/foreign/import-report.ts';
import type { ImportSource } from '../../../vastdb/foreign/staging.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import type { ImportTarget } from '../../management.ts';
import { openEmbedder } from '../providers/embedders.ts';
import { findAssets } from '../repositories/assets.ts';
import { assetIdOf, segmentIdOf } from '../repositories/content-ids.ts';
import { SearchOperations } from '../repositories/operations.ts';
import type { TamsLink } from '../rules/asset.ts';
import type { SearchConfig } from '../search-settings.ts';
import { TamsLinks } from '../services/tams-links.ts';
import { stageRows, type WantedVectors } from './staged-rows.ts';
import { type Transcript, transcriptsOf } from './transcripts.ts';

/** Segments of a transaction, but for a transcript that has more. */
const BATCH_SEGMENTS = 2_000;
/** All segments of a version have one chunking. */
const CHUNKING = 'mediasearch';
const NS_PER_MS = 1_000_000n;

interface Linked {
  readonly transcript: Transcript;
  readonly link: TamsLink | null;
}

/**
 * Takes over the published transcripts of a media search, each in one transaction with its asset. Vectors are kept where all
 * segments of a transcript have one of the model and dimension that search has here; the others are made anew by the server,
 * as after a change of the model. Tables and columns: docs/adr/0038-importers.md.
 */
export async function takeMediasearch(
  source: ImportSource,
  { manager, settings, own: search, report, progress }: ImportTarget<SearchConfig>,
): Promise<void> {
  if (!search.enabled) throw new Error('Media search is switched off: set SEARCH=true, as for the server.');
  const described = await source.tables.describe('transcript_segments');
  if (described === undefined)
    throw new Error('There is no table transcript_segments: are these the tables of a mediasearch?');
  const vectors = { model: openEmbedder(search.embedder, search.dimension).model, dimension: search.dimension };
  // Nothing here opens the keys of webhooks.
  const links = new TamsLinks(new VastStore(manager, new SecretBox('', 'webhooks')), settings.media.buckets);
  let [batch, size]: [Linked[], number] = [[], 0];
  const write = async (): Promise<void> => {
    const own = batch;
    const taken = await manager.transaction((tx) => insertTranscripts(tx, own, vectors), { lane: 'background' });
    own.forEach(({ transcript }, index) => count(report, transcript, taken[index] === true));
    progress.advance(size);
    [batch, size] = [[], 0];
  };
  await stageRows(source, vectors, report);
  progress.start('transcripts', described.rows ?? 0);
  for await (const transcript of transcriptsOf(source.scratch, report)) {
    const found = await links.find(transcript.bucket, transcript.key);
    batch.push({ transcript, link: found === undefined || found === 'unused' ? null : found });
    size += transcript.segments.length;
    if (size >= BATCH_SEGMENTS) await write();
  }
  await write();
}

/** @returns for each whether it was taken; otherwise the asset has a transcript here, or was removed here. */
async function insertTranscripts(
  tx: ManagedTransaction,
  batch: readonly Linked[],
  vectors: WantedVectors,
): Promise<boolean[]> {
  const present = await findAssets(
    tx,
    batch.map(({ transcript: { bucket, key } }) => assetIdOf(bucket, key)),
  );
  const taken: boolean[] = [];
  for (const each of batch) {
    const asset = present.get(assetIdOf(each.transcript.bucket, each.transcript.key));
    const isFresh = asset === undefined || (asset.currentVersionId === null && asset.tombstonedMs === null);
    if (isFresh) await insertTranscript(new SearchOperations(tx, vectors.dimension), each, vectors);
    taken.push(isFresh);
  }
  return taken;
}

async function insertTranscript(
  operations: SearchOperations,
  { transcript, link }: Linked,
  { model }: WantedVectors,
): Promise<void> {
  const { bucket, key, etag, sizeBytes, contentType, durationMs, codec, engine, segments } = transcript;
  const durationNs = durationMs === null ? null : durationMs * NS_PER_MS;
  const described = { sizeBytes, contentType, etag, durationNs, codec, engine };
  const { id: assetId } = await operations.upsertAsset({ bucket, key, ...described, ...(link !== null && { link }) });
  const { id: versionId } = await operations.createVersion({ assetId, etag, sizeBytes });
  const inputs = segments.map(({ startMs, endMs, text, speaker, confidence }, position) => ({
    ...{ chunking: CHUNKING, position, text, speaker, confidence },
    ...{ startNs: startMs * NS_PER_MS, endNs: endMs * NS_PER_MS },
  }));
  await operations.upsertTranscriptSegments(versionId, inputs);
  const kept = keptVectors(transcript);
  const embeddings = kept.map((vector, position) => ({
    segmentId: segmentIdOf(versionId, CHUNKING, position),
    model,
    vector,
  }));
  await operations.upsertEmbeddings(versionId, embeddings);
  const status =
    kept.length === 0 ? { status: 'index_partial' as const } : { status: 'indexed' as const, embeddingModel: model };
  await operations.updateVersionStatus(versionId, status);
  await operations.setCurrentVersion(assetId, versionId);
}

/** All of the transcript, or none: the server makes them for whole transcripts. */
function keptVectors({ segments }: Transcript): Float32Array[] {
  const vectors = segments.flatMap(({ vector }) => vector ?? []);
  return vectors.length === segments.length ? vectors : [];
}

function count(report: ImportReport, transcript: Transcript, isTaken: boolean): void {
  const add = (table: string, rows: number): void => {
    if (isTaken) report.of(table).taken += rows;
    else report.of(table).present += rows;
  };
  const kept = keptVectors(transcript).length;
  add('media_assets', 1);
  add('transcript_segments', transcript.segments.length);
  add('transcript_embeddings', kept);
  const unused = transcript.segments.filter(({ vector }) => vector !== null).length - kept;
  report.leave('transcript_embeddings', 'not of all segments of a transcript: the server makes them anew', unused);
}
