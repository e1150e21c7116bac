import type { ScratchTables } from '../../../vastdb/analytics/scratch-tables.ts';
import type { ImportReport } from '../../../vastdb/foreign/import-report.ts';

/** A published transcript of the earlier system, with its asset. */
export interface Transcript {
  readonly assetId: string;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: bigint | null;
  readonly contentType: string | null;
  readonly durationMs: bigint | null;
  readonly codec: string | null;
  readonly engine: string | null;
  /** In the order of their starts. */
  readonly segments: TranscriptRow[];
}

interface TranscriptRow {
  readonly id: string;
  readonly startMs: bigint;
  readonly endMs: bigint;
  readonly text: string;
  readonly speaker: string | null;
  readonly confidence: number | null;
  /** A unit vector of the model that search uses; null where there is none. */
  readonly vector: Float32Array | null;
}

/** As many as a transcript that a client puts may have cues. */
const SEGMENTS_MAX = 100_000;

/**
 * The last row of an id counts: the earlier system adds rows where it changes one. Its searches show the current version of
 * an asset, if that is published and the asset has no tombstone.
 */
const PREPARE = [
  `CREATE TABLE versions AS
     SELECT * FROM asset_versions
     QUALIFY row_number() OVER (PARTITION BY asset_id, version_id ORDER BY created_ms DESC NULLS LAST) = 1`,
  `CREATE TABLE assets AS
     SELECT * FROM media_assets
     QUALIFY row_number() OVER (PARTITION BY asset_id ORDER BY updated_ms DESC NULLS LAST) = 1`,
  `CREATE TABLE judged AS
     SELECT a.* REPLACE (coalesce(v.etag, a.etag, a.current_version_id) AS etag, coalesce(v.file_size, a.file_size) AS file_size),
       CASE
         WHEN row_number() OVER (PARTITION BY bucket, object_key ORDER BY tombstone, updated_ms DESC NULLS LAST, a.asset_id) > 1
           THEN 'another asset of the same object is newer'
         WHEN tombstone THEN 'deleted there'
         WHEN current_version_id IS NULL OR coalesce(v.publish_state, 'ACTIVE') <> 'ACTIVE' THEN 'nothing of it is published'
       END AS reason
     FROM assets a LEFT JOIN versions v ON v.version_id = a.current_version_id AND v.asset_id = a.asset_id`,
  `CREATE TABLE segments AS
     SELECT s.*, j.asset_id IS NULL AS lost, j.reason IS NULL AND s.version_id = j.current_version_id AS shown,
       row_number() OVER (PARTITION BY s.asset_id, s.version_id, s.segment_id) AS copy
     FROM transcript_segments s LEFT JOIN judged j USING (asset_id)`,
  `UPDATE judged SET reason = 'it has no transcript' WHERE reason IS NULL
     AND asset_id NOT IN (SELECT asset_id FROM segments WHERE shown)`,
];

const LEFT_OUT = [
  `SELECT 'media_assets', 'a later row has the same id',
     (SELECT count(*) FROM media_assets) - (SELECT count(*) FROM assets)`,
  `SELECT 'media_assets', reason, count(*) FROM judged WHERE reason IS NOT NULL GROUP BY reason`,
  `SELECT 'transcript_segments', 'not of what is published', count(*) FROM segments WHERE NOT lost AND NOT shown`,
  `SELECT 'transcript_segments', 'another row has the same id', count(*) FROM segments WHERE shown AND copy > 1`,
];

/** Rows are joined and sorted with their vectors: of more at a time the library may run out of memory. */
const SORTED_AT_ONCE = 25_000;

/** A transcript is of one version. */
const transcriptsOfPart = (part: number, parts: number): string => `
  SELECT j.asset_id, j.bucket, j.object_key, j.etag, j.file_size, j.content_type, j.duration_ms, j.codec, j.engine,
    s.segment_id, s.start_ms, s.end_ms, s.said, s.speaker, s.confidence, e.vector
  FROM segments s JOIN judged j USING (asset_id)
  LEFT JOIN (SELECT * FROM transcript_embeddings WHERE hash(version_id) % ${parts} = ${part}) e ON e.segment_id = s.segment_id AND e.version_id = s.version_id
  WHERE s.shown AND s.copy = 1 AND hash(s.version_id) % ${parts} = ${part}
  ORDER BY j.asset_id, s.start_ms, s.end_ms, s.segment_id`;

type AssetCells = readonly [
  ...[string, string, string, string, bigint | null, string | null, bigint | null, string | null, string | null],
];
type RowCells = readonly [string, bigint, bigint, string, string | null, number | null, Uint8Array | null];

/** The transcripts that the staged rows make, each whole; what they do not make is in the report. */
export async function* transcriptsOf(scratch: ScratchTables, report: ImportReport): AsyncGenerator<Transcript> {
  for (const sql of PREPARE) await scratch.run(sql);
  for await (const page of scratch.rows('SELECT segment_id, asset_id FROM segments WHERE lost')) {
    for (const [id, asset] of page)
      report.refuse('transcript_segments', String(id), `its asset ${String(asset)} is not there`);
  }
  for (const sql of LEFT_OUT) {
    for await (const page of scratch.rows(sql)) {
      for (const [table, reason, rows] of page) report.leave(String(table), String(reason), Number(rows));
    }
  }
  let rows = 0;
  for await (const [[count] = []] of scratch.rows('SELECT count(*) FROM segments')) rows = Number(count);
  const parts = Math.max(1, Math.ceil(rows / SORTED_AT_ONCE));
  for (let part = 0; part < parts; part += 1) yield* ofPart(scratch, transcriptsOfPart(part, parts), report);
}

async function* ofPart(scratch: ScratchTables, sql: string, report: ImportReport): AsyncGenerator<Transcript> {
  let open: Transcript | undefined;
  for await (const page of scratch.rows(sql)) {
    for (const cells of page) {
      const row = rowOf(cells.slice(9) as unknown as RowCells);
      if (open === undefined || open.assetId !== cells[0]) {
        if (open !== undefined) yield* whole(open, report);
        open = transcriptOf(cells as unknown as AssetCells);
      }
      // Two vectors of one segment are two rows.
      if (open.segments.at(-1)?.id === row.id) continue;
      // One more, so that a longer one is known to be.
      if (open.segments.length <= SEGMENTS_MAX) open.segments.push(row);
    }
  }
  if (open !== undefined) yield* whole(open, report);
}

function* whole(transcript: Transcript, report: ImportReport): Generator<Transcript> {
  if (transcript.segments.length <= SEGMENTS_MAX) yield transcript;
  else report.refuse('media_assets', transcript.assetId, `its transcript has more than ${SEGMENTS_MAX} segments`);
}

function transcriptOf(cells: AssetCells): Transcript {
  const [assetId, bucket, key, etag, sizeBytes, contentType, durationMs, codec, engine] = cells;
  return { assetId, bucket, key, etag, sizeBytes, contentType, durationMs, codec, engine, segments: [] };
}

function rowOf([id, startMs, endMs, text, speaker, confidence, bytes]: RowCells): TranscriptRow {
  // The bytes need not lie where floats may.
  const vector = bytes === null ? null : new Float32Array(new Uint8Array(bytes).buffer);
  return { id, startMs, endMs, text, speaker, confidence, vector };
}
