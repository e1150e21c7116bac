import { Bool, Field, FixedSizeList, Float32, Int32, Int64, TimestampMicrosecond, Utf8 } from 'apache-arrow';
import type { EarlierTable } from './arrow-rows.ts';

/* Tables as mediasearch has them (docs/adr/0038-importers.md), made up. */

const text = new Utf8();
const int = new Int64();
const time = new TimestampMicrosecond();
const DIMENSION = 384;
const SEGMENT_MS = 4_000n;
const UPDATED_MS = 1_741_064_767_000;

export interface EarlierTranscript {
  readonly key: string;
  readonly said: readonly string[];
  readonly vectors?: readonly (readonly number[] | Float32Array)[];
  /** Those of the vectors. */
  readonly model?: string;
}

/** An asset with one published version for each transcript, in the bucket `media`. */
export function mediasearchTables(transcripts: readonly EarlierTranscript[]): Record<string, EarlierTable> {
  const each = <T>(make: (transcript: EarlierTranscript, asset: string, segment: number, said: string) => T): T[] =>
    transcripts.flatMap((transcript, asset) =>
      transcript.said.map((said, segment) => make(transcript, `asset-${asset}`, segment, said)),
    );
  return {
    assets: {
      name: 'media_assets',
      columns: {
        ...{ asset_id: text, lineage_id: text, bucket: text, object_key: text, current_version_id: text, status: text },
        ...{ triage_state: text, recommended_action: text, transcription_engine: text, last_error: text },
        ...{ attempt: new Int32(), file_size: int, content_type: text, etag: text, duration_ms: int, codec_info: text },
        ...{ tombstone: new Bool(), ingest_time: time, updated_at: time },
      },
      rows: transcripts.map(({ key }, asset) => ({
        ...{ asset_id: `asset-${asset}`, bucket: 'media', object_key: key, current_version_id: `version-${asset}` },
        ...{
          status: 'INDEXED',
          transcription_engine: 'whisper',
          attempt: 1,
          file_size: 1000n,
          content_type: 'video/mp4',
        },
        ...{ etag: `"etag-${asset}"`, duration_ms: 60_000n, tombstone: false, updated_at: UPDATED_MS },
      })),
    },
    versions: {
      name: 'asset_versions',
      columns: {
        ...{ version_id: text, asset_id: text, status: text, publish_state: text, etag: text },
        ...{ file_size: int, created_at: time },
      },
      rows: transcripts.map((_, asset) => ({
        ...{ version_id: `version-${asset}`, asset_id: `asset-${asset}`, status: 'PUBLISHED', publish_state: 'ACTIVE' },
        ...{ etag: `"etag-${asset}"`, file_size: 1000n, created_at: UPDATED_MS },
      })),
    },
    segments: {
      name: 'transcript_segments',
      columns: {
        ...{ segment_id: text, asset_id: text, version_id: text, start_ms: int, end_ms: int, text, speaker: text },
        ...{ confidence: new Float32(), visibility: text, chunking_strategy: text, created_at: time },
      },
      rows: each((_, asset, segment, said) => ({
        ...{ segment_id: `${asset}-${segment}`, asset_id: asset, version_id: asset.replace('asset', 'version') },
        ...{ start_ms: BigInt(segment) * SEGMENT_MS, end_ms: BigInt(segment + 1) * SEGMENT_MS, text: said },
        ...{
          speaker: 'S1',
          confidence: 0.5,
          visibility: 'ACTIVE',
          chunking_strategy: 'sentence',
          created_at: UPDATED_MS,
        },
      })),
    },
    embeddings: {
      name: 'transcript_embeddings',
      columns: {
        ...{ embedding_id: text, asset_id: text, version_id: text, segment_id: text },
        embedding: new FixedSizeList(DIMENSION, new Field('item', new Float32(), false)),
        ...{ model: text, dimension: new Int32(), visibility: text, created_at: time },
      },
      rows: each(({ vectors, model }, asset, segment) => ({
        ...{ embedding_id: `e-${asset}-${segment}`, asset_id: asset, version_id: asset.replace('asset', 'version') },
        ...{ segment_id: `${asset}-${segment}`, embedding: vectors?.[segment] ?? new Float32Array(DIMENSION).fill(1) },
        ...{ model: model ?? 'another', dimension: DIMENSION, visibility: 'ACTIVE', created_at: UPDATED_MS },
      })),
    },
  };
}
