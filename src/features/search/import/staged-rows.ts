import type { Row } from '../../../vastdb/engine.ts';
import { integerOf, millisecondsOf, requiredText, textOf } from '../../../vastdb/foreign/cells.ts';
import { type ImportReport, RefusedRow } from '../../../vastdb/foreign/import-report.ts';
import { type ImportSource, stage, type Staging } from '../../../vastdb/foreign/staging.ts';

/** As for a transcript that a client puts: rules/searchable-transcript.ts. */
const TEXT_MAX = 10_000;
const SPEAKER_MAX = 256;
/** As for times that a client puts: in nanoseconds they are an int64. */
const TIME_MAX_MS = 9_000_000_000_000;

/** The vectors that are taken over. */
export interface WantedVectors {
  readonly model: string;
  readonly dimension: number;
}

/** Copies the rows that may be taken into tables of the same names, each checked by itself. */
export async function stageRows(source: ImportSource, vectors: WantedVectors, report: ImportReport): Promise<void> {
  for (const staging of [ASSETS, VERSIONS, SEGMENTS, embeddings(vectors)]) {
    await stage(source, staging, report);
  }
}

const ASSETS: Staging = {
  table: 'media_assets',
  key: 'asset_id',
  needed: ['asset_id', 'bucket', 'object_key', 'current_version_id'],
  wanted: [
    'tombstone',
    'etag',
    'file_size',
    'content_type',
    'duration_ms',
    'codec_info',
    'transcription_engine',
    'updated_at',
  ],
  columns: {
    ...{ asset_id: 'text', bucket: 'text', object_key: 'text', current_version_id: 'text', tombstone: 'bool' },
    ...{ etag: 'text', file_size: 'int', content_type: 'text', duration_ms: 'int', codec: 'text', engine: 'text' },
    updated_ms: 'int',
  },
  cells: (row) => [
    requiredText(row, 'asset_id'),
    requiredText(row, 'bucket'),
    requiredText(row, 'object_key'),
    textOf(row, 'current_version_id') ?? null,
    row['tombstone'] === true,
    etagOf(row),
    wholeOf(row, 'file_size'),
    textOf(row, 'content_type') ?? null,
    durationOf(row),
    textOf(row, 'codec_info') ?? null,
    textOf(row, 'transcription_engine') ?? null,
    timeOf(row, 'updated_at'),
  ],
};

const VERSIONS: Staging = {
  table: 'asset_versions',
  key: 'version_id',
  needed: ['version_id', 'asset_id'],
  wanted: ['publish_state', 'etag', 'file_size', 'created_at'],
  columns: {
    ...{ version_id: 'text', asset_id: 'text', publish_state: 'text', etag: 'text', file_size: 'int' },
    created_ms: 'int',
  },
  cells: (row) => [
    requiredText(row, 'version_id'),
    requiredText(row, 'asset_id'),
    textOf(row, 'publish_state') ?? null,
    etagOf(row),
    wholeOf(row, 'file_size'),
    timeOf(row, 'created_at'),
  ],
};

const SEGMENTS: Staging = {
  table: 'transcript_segments',
  key: 'segment_id',
  needed: ['segment_id', 'asset_id', 'version_id', 'start_ms', 'end_ms', 'text', 'visibility'],
  wanted: ['speaker', 'confidence'],
  columns: {
    ...{ segment_id: 'text', asset_id: 'text', version_id: 'text', start_ms: 'int', end_ms: 'int', said: 'text' },
    ...{ speaker: 'text', confidence: 'float' },
  },
  cells: (row) => {
    if (row['visibility'] !== 'ACTIVE') return NOT_SHOWN;
    const [start, end] = [integerOf(row, 'start_ms'), integerOf(row, 'end_ms')];
    if (start === undefined || end === undefined) throw new RefusedRow('start_ms or end_ms is empty');
    if (start < 0 || end < start || end > TIME_MAX_MS)
      throw new RefusedRow(`its time, ${start} ms to ${end} ms, is none`);
    const text = requiredText(row, 'text');
    if (text.length > TEXT_MAX) throw new RefusedRow(`text has more than ${TEXT_MAX} characters`);
    const speaker = textOf(row, 'speaker') ?? null;
    if (speaker !== null && speaker.length > SPEAKER_MAX) {
      throw new RefusedRow(`speaker has more than ${SPEAKER_MAX} characters`);
    }
    const ids = ['segment_id', 'asset_id', 'version_id'].map((name) => requiredText(row, name));
    return [...ids, BigInt(start), BigInt(end), text, speaker, confidenceOf(row)];
  },
};

const embeddings = ({ model, dimension }: WantedVectors): Staging => ({
  table: 'transcript_embeddings',
  key: 'segment_id',
  needed: ['segment_id', 'version_id', 'embedding', 'model', 'visibility'],
  wanted: [],
  columns: { segment_id: 'text', version_id: 'text', vector: 'bytes' },
  cells: (row) => {
    if (row['visibility'] !== 'ACTIVE') return NOT_SHOWN;
    const vector = row['embedding'];
    if (!isSameModel(textOf(row, 'model') ?? '', model)) return `of another model than ${model}: ${ANEW}`;
    if (!(vector instanceof Float32Array) || vector.length !== dimension) {
      return `of another dimension than ${dimension}: ${ANEW}`;
    }
    const unit = atUnitLength(vector);
    if (unit === undefined) return `not of numbers, or zero: ${ANEW}`;
    return [
      requiredText(row, 'segment_id'),
      requiredText(row, 'version_id'),
      new Uint8Array(unit.buffer, unit.byteOffset, unit.byteLength),
    ];
  },
});

const NOT_SHOWN = 'no search shows it there';
const ANEW = 'the server makes it anew';

/** Names may be those of a catalogue, behind its owner. */
const isSameModel = (theirs: string, ours: string): boolean =>
  theirs === ours || theirs.slice(theirs.lastIndexOf('/') + 1) === ours.slice(ours.lastIndexOf('/') + 1);

function atUnitLength(vector: Float32Array): Float32Array | undefined {
  const length = Math.hypot(...vector);
  return length > 0 && Number.isFinite(length) ? vector.map((each) => each / length) : undefined;
}

/** Stores have them in quotes, or without; here they are without. */
const etagOf = (row: Row): string | null => textOf(row, 'etag')?.replaceAll('"', '') ?? null;

function wholeOf(row: Row, column: string): bigint | null {
  const value = integerOf(row, column);
  return value === undefined ? null : BigInt(value);
}

/** A time that is none says nothing. */
function durationOf(row: Row): bigint | null {
  const ms = wholeOf(row, 'duration_ms');
  return ms !== null && ms >= 0 && ms <= TIME_MAX_MS ? ms : null;
}

function timeOf(row: Row, column: string): bigint | null {
  const ms = millisecondsOf(row, column);
  return ms === undefined ? null : BigInt(Math.floor(ms));
}

/** A number that is none between 0 and 1 says nothing. */
function confidenceOf(row: Row): number | null {
  const value = row['confidence'];
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : null;
}
