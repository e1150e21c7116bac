import type { ExrAttribute, ExrProblem } from '../../../formats/exr/attributes/attribute.ts';
import type { ExrBox, ExrTimeCode, ExrTiles } from '../../../formats/exr/attributes/values.ts';
import type { ExrColor } from '../../../formats/exr/color.ts';
import type { ExrChannel } from '../../../formats/exr/header/channel-list.ts';
import type { ExrValidation } from './policy/validate.ts';
import type { ExrStats } from '../../../formats/exr/stats.ts';

/** Version of the shapes below; it rises when one of them changes in a way that readers notice. */
export const EXR_SCHEMA_VERSION = 1;

/** Everything that a header says, in the shape of the answer. */
export interface ExrInspection {
  readonly schema_version: number;
  readonly file: ExrFile;
  readonly parts: readonly ExrPart[];
  /** Channels of all parts, in their order. */
  readonly channels: readonly ExrChannel[];
  readonly attributes: readonly ExrAttribute[];
  readonly stats: ExrStats;
  readonly validation: ExrValidation;
  readonly errors: readonly ExrProblem[];
}

/** Location of a file, as far as the caller knows it. */
export interface ExrLocation {
  /** Tells the file from all others: `s3://bucket/key`, or an object id. */
  readonly path: string;
  readonly bucket: string | null;
  readonly key: string | null;
  /** ISO 8601. */
  readonly mtime: string | null;
}

export interface ExrFile extends ExrLocation {
  readonly size: number;
  readonly frame_number: number | null;
  readonly part_count: number;
  readonly is_deep: boolean;
  /** See `hashHeader`. */
  readonly header_hash: string;
}

export interface ExrPart extends ExrColor {
  readonly index: number;
  readonly name: string | null;
  readonly view: string | null;
  readonly type: string;
  readonly data_window: ExrBox<number>;
  readonly display_window: ExrBox<number>;
  readonly pixel_aspect_ratio: number;
  readonly line_order: string;
  readonly compression: string;
  readonly software: string | null;
  readonly tiles: ExrTiles | null;
  readonly is_deep: boolean;
  readonly timecode: ExrTimeCode | null;
}

/** The contents of a header that another has replaced. */
export interface FormerContent extends Pick<ExrInspection, 'parts' | 'attributes' | 'channels'> {
  /** Whether that is all of it. */
  readonly is_complete: boolean;
}

/** All that comes of a header. */
export interface DescribedHeader {
  readonly inspection: ExrInspection;
  readonly vectors: ExrVectors;
}

/** Vectors for the search of similar files, of unit length. */
export interface ExrVectors {
  /** 384 dimensions; see `metadataEmbedding`. */
  readonly metadata: Float32Array;
  /** 128 dimensions, of each part; see `channelFingerprint`. */
  readonly channels: readonly Float32Array[];
}
