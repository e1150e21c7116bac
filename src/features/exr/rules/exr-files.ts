import type { Page, PageRequest } from '../../../shared/paging.ts';
import type {
  ExrAudit,
  ExrFailure,
  ExrFileFilter,
  ExrFileRef,
  ExrFileSummary,
  ExrFrame,
  ExrLikeness,
  ExrPersistence,
  FormerHeader,
  ScannedFrame,
  SimilarExrFile,
} from './exr-file.ts';

/** Those of the objects that the view of a principal has. Absent: the principal is not limited. */
export type VisibleObjects = (objectIds: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * The port to what was read of EXR headers. `Inspection` is all that one of them says and `Vectors` what alike ones are
 * found by: the layer `exr` knows them, and nothing here has to.
 *
 * With `visible`, files that belong to no visible object are left out, and pages are full all the same.
 */
export interface ExrFiles<Inspection, Vectors> {
  /**
   * Keeps an inspection. The same header again changes one row; another one takes the place of what was kept, in one
   * transaction. Of several that inspect a file at once, one makes the rows.
   */
  save(
    file: ExrFileRef,
    found: { readonly inspection: Inspection; readonly vectors: Vectors },
    nowMs: number,
  ): Promise<ExrPersistence>;
  /**
   * Keeps the inspections of many files in one transaction in the background, as `save` does; undefined in the place of one
   * whose object is gone.
   */
  saveMany(
    files: readonly {
      readonly file: ExrFileRef;
      readonly found: { readonly inspection: Inspection; readonly vectors: Vectors };
    }[],
    nowMs: number,
  ): Promise<(ExrPersistence | undefined)[]>;
  /** Notes that a file could not be inspected. What is known of it stays. */
  saveFailure(file: ExrFileRef, failure: ExrFailure, nowMs: number): Promise<void>;
  find(id: string): Promise<StoredExrFile<Inspection> | undefined>;
  /** Of files whose headers are known; in the order of the ids. */
  findMany(ids: readonly string[]): Promise<StoredExrFile<Inspection>[]>;
  /** Headers that the file had before, the newest first; bounded. */
  formerHeaders(id: string): Promise<FormerHeader[]>;
  ref(id: string): Promise<ExrFileRef | undefined>;
  list(filter: ExrFileFilter, page: PageRequest, visible?: VisibleObjects): Promise<Page<ExrFileSummary>>;
  /** The files most like this one, the best first; undefined where the file has no such vector. */
  similar(
    id: string,
    likeness: ExrLikeness,
    page: PageRequest,
    visible?: VisibleObjects,
  ): Promise<Page<SimilarExrFile> | undefined>;
  /** Names of sequences that begin with a prefix, from one on, in order. */
  sequenceNames(prefix: string, from: string, limit: number): Promise<string[]>;
  countFrames(sequenceNames: readonly string[]): Promise<number>;
  /** The frames of these sequences in batches, in no order; for more of them than are to be in memory. */
  scanFrames(sequenceNames: readonly string[]): AsyncIterable<ScannedFrame[]>;
  /** The files of these sequences, in no order. */
  frames(sequenceNames: readonly string[]): Promise<ExrFrame[]>;
  /** Whether the file was there. */
  remove(id: string): Promise<boolean>;
  /** Entries of the inspection queue, due or not. */
  countQueued(): Promise<number>;
}

export interface StoredExrFile<Inspection> {
  readonly ref: ExrFileRef;
  readonly inspection: Inspection;
  readonly failure: ExrFailure | null;
  readonly audit: ExrAudit;
}
