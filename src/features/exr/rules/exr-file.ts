import { hash } from 'node:crypto';
import type { DescribedHeader, ExrInspection, FormerContent } from './inspection.ts';

/** A file as the tables know it, whatever its header says. */
export interface ExrFileRef {
  /** 32 hexadecimal digits, made of the path: whoever inspects a file gives it the same. They are spread evenly. */
  readonly id: string;
  /** The id of a TAMS object, or `s3://bucket/key`. */
  readonly path: string;
  /** Null for a file that was inspected by bucket and key. */
  readonly objectId: string | null;
}

/** A file in a listing. Names are those of the answer. */
export interface ExrFileSummary {
  readonly id: string;
  readonly path: string;
  readonly object_id: string | null;
  readonly bucket: string | null;
  readonly key: string | null;
  /** In bytes. */
  readonly size: number;
  readonly mtime: string | null;
  readonly frame_number: number | null;
  readonly part_count: number;
  readonly is_deep: boolean;
  readonly is_tiled: boolean;
  /** Size of the display window of the first part, in pixels; null where the header could not be read. */
  readonly width: number | null;
  readonly height: number | null;
  readonly header_hash: string | null;
  readonly last_inspected: string;
  /** Why the last automatic inspection failed; null where it did not. */
  readonly failure: ExrFailure | null;
}

export interface ExrFailure {
  readonly type: string;
  readonly message: string;
  readonly time: string;
}

/** How the rows of a file changed, and its number of inspections. */
export interface ExrPersistence {
  readonly id: string;
  /** `unchanged`: nothing but the row that says when, and what the object store says of the file. */
  readonly outcome: 'created' | 'unchanged' | 'superseded';
  readonly rows_added: number;
  readonly rows_updated: number;
  readonly rows_removed: number;
  readonly inspection_count: number;
  readonly first_inspected: string;
  readonly last_inspected: string;
}

/** A file that is shown, with when it was looked at. */
export type ExrAudit = Pick<ExrPersistence, 'id' | 'inspection_count' | 'first_inspected' | 'last_inspected'>;

/** A header that a file had before. Names are those of the answer. */
export interface FormerHeader extends FormerContent {
  readonly header_hash: string;
  /** In bytes. */
  readonly size: number;
  readonly mtime: string | null;
  readonly last_inspected: string;
  /** When another header was read. */
  readonly replaced: string;
}

export interface ExrFileFilter {
  readonly pathPrefix?: string;
  /** The whole name of a channel that one of the parts has. */
  readonly channel?: string;
  readonly layer?: string;
  readonly compression?: string;
  /** The type of one of the parts: `scanlineimage`, `tiledimage`, `deepscanline` or `deeptile`. */
  readonly type?: string;
  readonly width?: number;
  readonly height?: number;
  readonly deep?: boolean;
  readonly tiled?: boolean;
  /** Whether the last automatic inspection failed. */
  readonly failed?: boolean;
  /** By name: the text of the value, or its number. */
  readonly attributes: ReadonlyMap<string, string>;
  /** By name: whether a part has it. */
  readonly attributesExist: ReadonlyMap<string, boolean>;
}

/** One frame of what may be a sequence. */
export interface ExrFrame extends ExrFileRef {
  /** The common part of the paths of a sequence's frames. */
  readonly sequence: string;
  readonly frame: number;
  readonly width: number;
  readonly height: number;
}

export type ScannedFrame = Pick<ExrFrame, 'sequence' | 'path' | 'objectId'>;

export interface SimilarExrFile {
  readonly file: ExrFileSummary;
  /** The cosine of the two vectors: 1 is the same structure. */
  readonly score: number;
}

/** Which vectors are compared: those of the whole files, or those of the channels of their parts. */
export type ExrLikeness = { readonly by: 'metadata' } | { readonly by: 'channels'; readonly part: number };

/** Those of the objects that the view of a principal has. Absent: the principal is not limited. */
export type VisibleObjects = (objectIds: readonly string[]) => Promise<ReadonlySet<string>>;

/** A file, and what its header says. */
export interface InspectedFile {
  readonly file: ExrFileRef;
  readonly found: DescribedHeader;
}

export interface StoredExrFile {
  readonly ref: ExrFileRef;
  readonly inspection: ExrInspection;
  readonly failure: ExrFailure | null;
  readonly audit: ExrAudit;
}

const HASH_CHARACTERS = 32;

/** The file that a TAMS object is, by its id or by another path that says more. */
export const refOfObject = (objectId: string, path = objectId): ExrFileRef => ({
  id: idOf('object', objectId),
  path,
  objectId,
});

/** The file of a bucket and key, whether or not a TAMS object lies there too. */
export function refOfKey(bucket: string, key: string): ExrFileRef {
  const path = pathOfKey(bucket, key);
  return { id: idOf('key', path), path, objectId: null };
}

/** The path of what lies in a bucket. */
export const pathOfKey = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

/** An object may have the id `s3://bucket/key`, so what kind of path it is counts too. */
function idOf(kind: 'object' | 'key', path: string): string {
  return hash('sha256', JSON.stringify(['exr', kind, path])).slice(0, HASH_CHARACTERS);
}
