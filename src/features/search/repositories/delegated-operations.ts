import type { Asset, AssetInput, AssetStatusChange } from '../rules/asset.ts';
import type { Embedding, EmbeddingInput } from '../rules/embedding.ts';
import type { DeadLetter, DeadLetterInput } from '../rules/job.ts';
import type { SearchOperations, SearchReads } from '../rules/search-database.ts';
import type { TranscriptSegment, TranscriptSegmentInput } from '../rules/transcript-segment.ts';
import type { Version, VersionInput, VersionStatusChange, Visibility } from '../rules/version.ts';

/** All operations, run by `read` and `write`: each in its own transaction, or in an open one. */
export abstract class DelegatedOperations implements SearchOperations {
  protected abstract read<T>(work: (reads: SearchReads) => Promise<T>): Promise<T>;
  protected abstract write<T>(work: (operations: SearchOperations) => Promise<T>): Promise<T>;

  getAsset(assetId: string): Promise<Asset | undefined> {
    return this.read((reads) => reads.getAsset(assetId));
  }

  getAssetByBucketAndKey(bucket: string, key: string): Promise<Asset | undefined> {
    return this.read((reads) => reads.getAssetByBucketAndKey(bucket, key));
  }

  getVersion(versionId: string): Promise<Version | undefined> {
    return this.read((reads) => reads.getVersion(versionId));
  }

  isVersionProcessed(versionId: string): Promise<boolean> {
    return this.read((reads) => reads.isVersionProcessed(versionId));
  }

  segmentsBeyond(versionId: string, chunking: string, position: number): Promise<string[]> {
    return this.read((reads) => reads.segmentsBeyond(versionId, chunking, position));
  }

  getTranscriptSegments(versionId: string, chunking?: string): Promise<TranscriptSegment[]> {
    return this.read((reads) => reads.getTranscriptSegments(versionId, chunking));
  }

  getEmbeddings(versionId: string, model: string): Promise<Embedding[]> {
    return this.read((reads) => reads.getEmbeddings(versionId, model));
  }

  listDeadLetters(limit: number, offset: number): Promise<DeadLetter[]> {
    return this.read((reads) => reads.listDeadLetters(limit, offset));
  }

  upsertAsset(input: AssetInput): Promise<Asset> {
    return this.write((operations) => operations.upsertAsset(input));
  }

  updateAssetStatus(assetId: string, change: AssetStatusChange): Promise<Asset> {
    return this.write((operations) => operations.updateAssetStatus(assetId, change));
  }

  tombstoneAsset(assetId: string): Promise<Asset> {
    return this.write((operations) => operations.tombstoneAsset(assetId));
  }

  setCurrentVersion(assetId: string, versionId: string): Promise<Asset> {
    return this.write((operations) => operations.setCurrentVersion(assetId, versionId));
  }

  createVersion(input: VersionInput): Promise<Version> {
    return this.write((operations) => operations.createVersion(input));
  }

  updateVersionStatus(versionId: string, change: VersionStatusChange): Promise<Version> {
    return this.write((operations) => operations.updateVersionStatus(versionId, change));
  }

  upsertTranscriptSegments(
    versionId: string,
    segments: readonly TranscriptSegmentInput[],
    transcriptHash?: string,
  ): Promise<number> {
    return this.write((operations) => operations.upsertTranscriptSegments(versionId, segments, transcriptHash));
  }

  setTranscriptVisibility(versionId: string, visibility: Visibility): Promise<void> {
    return this.write((operations) => operations.setTranscriptVisibility(versionId, visibility));
  }

  softDeleteTranscriptSegments(versionId: string, segmentIds?: readonly string[]): Promise<number> {
    return this.write((operations) => operations.softDeleteTranscriptSegments(versionId, segmentIds));
  }

  upsertEmbeddings(versionId: string, embeddings: readonly EmbeddingInput[]): Promise<number> {
    return this.write((operations) => operations.upsertEmbeddings(versionId, embeddings));
  }

  setEmbeddingVisibility(versionId: string, visibility: Visibility): Promise<void> {
    return this.write((operations) => operations.setEmbeddingVisibility(versionId, visibility));
  }

  softDeleteEmbeddings(versionId: string, segmentIds?: readonly string[]): Promise<number> {
    return this.write((operations) => operations.softDeleteEmbeddings(versionId, segmentIds));
  }

  addDeadLetter(input: DeadLetterInput): Promise<DeadLetter> {
    return this.write((operations) => operations.addDeadLetter(input));
  }

  removeDeadLetter(id: string): Promise<boolean> {
    return this.write((operations) => operations.removeDeadLetter(id));
  }
}
