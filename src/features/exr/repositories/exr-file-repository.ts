import type {
  ExrFailure,
  ExrFileFilter,
  ExrFileRef,
  ExrFileSummary,
  ExrFrame,
  ExrLikeness,
  ExrPersistence,
  InspectedFile,
  FormerHeader,
  ScannedFrame,
  SimilarExrFile,
  StoredExrFile,
  VisibleObjects,
} from '../rules/exr-file.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { CommittedReader } from '../../../vastdb/committed-reader.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { and, eq, gte, isIn, isNotNull, startsWith } from '../../../vastdb/predicate/builder.ts';
import type { Where } from '../../../vastdb/predicate/predicate.ts';
import { fromJson, type Json } from '../../../shared/json-text.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { type Content, readContent } from './content-rows.ts';
import { formerHeaders } from './former-headers.ts';
import { listFiles } from './file-listing.ts';
import { REF_COLUMNS, toAudit, toFailure, toFile, toRef } from './file-rows.ts';
import { removeFile, saveFailure, saveInspections } from './file-writing.ts';
import { similarFiles } from './similar-files.ts';
import { EXR_FILES, EXR_QUEUE, type ExrFileRow } from '../exr-tables.ts';

/**
 * EXR metadata in tables, which are those of `EXR_TABLES`. With `visible`, files that belong to no visible object are left
 * out, and pages are full all the same.
 */
export class ExrFileRepository {
  readonly #manager: VastDBManager;
  readonly #reader: CommittedReader;
  readonly #keepsHistory: boolean;

  /** @param keepsHistory whether headers stay known when others take their place */
  constructor(manager: VastDBManager, keepsHistory = false) {
    this.#manager = manager;
    this.#keepsHistory = keepsHistory;
    this.#reader = manager.reader();
  }

  /**
   * Keeps an inspection. The same header again changes one row; another one takes the place of what was kept, in one
   * transaction. If several inspect a file at once, one makes the rows.
   */
  async save(file: ExrFileRef, found: InspectedFile['found'], nowMs: number): Promise<ExrPersistence> {
    const [persistence] = await this.#manager.transaction((tx) =>
      saveInspections(tx, [{ file, found }], nowMs, this.#keepsHistory),
    );
    if (persistence !== undefined) return persistence;
    throw new AppError('not_found', 'The media object was deleted while its header was read.');
  }

  /**
   * Keeps the inspections of many files in one transaction in the background, as `save` does; undefined in the place of one
   * whose object is gone.
   */
  saveMany(files: readonly InspectedFile[], nowMs: number): Promise<(ExrPersistence | undefined)[]> {
    const write = (tx: ManagedTransaction) => saveInspections(tx, files, nowMs, this.#keepsHistory);
    return this.#manager.transaction(write, { lane: 'background' });
  }

  /** Notes that a file could not be inspected. Earlier knowledge of it stays. */
  saveFailure(file: ExrFileRef, failure: ExrFailure, nowMs: number): Promise<void> {
    return this.#manager.transaction((tx) => saveFailure(tx, file, failure, nowMs));
  }

  /** Whether the file was there. */
  remove(id: string): Promise<boolean> {
    return this.#manager.transaction((tx) => removeFile(tx, id));
  }

  /** Headers that the file had before, the newest first; bounded. */
  formerHeaders(id: string): Promise<FormerHeader[]> {
    return formerHeaders(this.#reader, id);
  }

  async find(id: string): Promise<StoredExrFile | undefined> {
    const [found] = await this.#stored(this.#reader, [id], eq('id', id));
    return found;
  }

  /** Files whose headers are known, in the order of the ids. */
  async findMany(ids: readonly string[]): Promise<StoredExrFile[]> {
    if (ids.length === 0) return [];
    const where = and([isIn('id', ids), isNotNull('header_hash')]);
    return this.#stored(this.#manager.reader('background'), ids, where);
  }

  async ref(id: string): Promise<ExrFileRef | undefined> {
    const row = await this.#reader.selectOne({ table: EXR_FILES, columns: REF_COLUMNS, where: eq('id', id) });
    return row && toRef(row);
  }

  list(filter: ExrFileFilter, page: PageRequest, visible?: VisibleObjects): Promise<Page<ExrFileSummary>> {
    return listFiles(this.#reader, filter, page, visible);
  }

  /** The files most like this one, the best first; undefined where the file has no such vector. */
  similar(
    id: string,
    likeness: ExrLikeness,
    page: PageRequest,
    visible?: VisibleObjects,
  ): Promise<Page<SimilarExrFile> | undefined> {
    return similarFiles(this.#manager.reader('background'), id, likeness, page, visible);
  }

  /** Names of sequences that begin with a prefix, from one on, in order. */
  async sequenceNames(prefix: string, from: string, limit: number): Promise<string[]> {
    const { rows } = await this.#reader.select({
      table: EXR_FILES,
      columns: ['sequence'],
      where: and([
        isNotNull('sequence'),
        ...(prefix === '' ? [] : [startsWith('sequence', prefix)]),
        ...(from === '' ? [] : [gte('sequence', from)]),
      ]),
      orderBy: [{ column: 'sequence', direction: 'asc' }],
      distinct: true,
      limit,
    });
    return rows.flatMap(([name]) => name ?? []);
  }

  /** The files of these sequences, in no order. */
  async frames(names: readonly string[]): Promise<ExrFrame[]> {
    const rows = await this.#manager.reader('background').selectRows({
      table: EXR_FILES,
      columns: [...REF_COLUMNS, 'sequence', 'frame_number', 'width', 'height'],
      where: isIn('sequence', names),
    });
    return rows.map((row) => ({
      ...toRef(row),
      sequence: row.sequence ?? '',
      frame: Number(row.frame_number),
      width: Number(row.width),
      height: Number(row.height),
    }));
  }

  countFrames(names: readonly string[]): Promise<number> {
    return this.#manager.reader('background').count(EXR_FILES, isIn('sequence', names));
  }

  /** The frames of these sequences in batches, in no order; for more of them than are to be in memory. */
  async *scanFrames(names: readonly string[]): AsyncGenerator<ScannedFrame[]> {
    const columns = ['sequence', 'path', 'object_id'] as const;
    const scanned = { table: EXR_FILES, columns, where: isIn('sequence', names) };
    for await (const batch of this.#manager.reader('background').scan(scanned)) {
      const [sequences, paths, objectIds] = batch.columns;
      yield paths.map((path, row) => ({ sequence: sequences[row] ?? '', path, objectId: objectIds[row] ?? null }));
    }
  }

  countQueued(): Promise<number> {
    return this.#manager.reader('background').count(EXR_QUEUE);
  }

  /**
   * Reads the rows of a file table by table. If the header was superseded meanwhile, reads again: rows of two headers
   * do not fit together.
   */
  async #stored(reader: ManagedReader, ids: readonly string[], where: Where<ExrFileRow>): Promise<StoredExrFile[]> {
    for (let attempt = 1; ; attempt++) {
      const rows = await reader.selectRows({ table: EXR_FILES, where });
      const known = new Map(rows.map((row) => [row.id, row]));
      const content = await readContent(reader, [...known.keys()]);
      if (attempt < READ_ATTEMPTS && !(await areCurrent(reader, known, where))) continue;
      return ids.flatMap((id) => {
        const row = known.get(id);
        return row === undefined ? [] : [toStored(row, content.get(id) ?? NOTHING)];
      });
    }
  }
}

async function areCurrent(
  reader: ManagedReader,
  known: ReadonlyMap<string, ExrFileRow>,
  where: Where<ExrFileRow>,
): Promise<boolean> {
  const { rows } = await reader.select({ table: EXR_FILES, columns: ['id', 'header_hash'], where });
  return rows.every(([id, hash]) => known.get(id)?.header_hash === hash);
}

/** Attempts of reads that meet a change; the last is taken as it is. */
const READ_ATTEMPTS = 4;

const NOTHING: Content = { parts: [], channels: [], attributes: [] };

/** Null in the answer, against the type, where the header was never read. */
const readOrNull = <Value>(text: Json<Value> | null): Value =>
  // Against the type on purpose: clients of TAMS know these properties as null.
  (text === null ? null : fromJson(text)) as Value;

function toStored(row: ExrFileRow, content: Content): StoredExrFile {
  const { schema_version, stats, validation, errors } = row;
  return {
    ref: toRef(row),
    inspection: {
      schema_version,
      file: toFile(row),
      ...content,
      stats: readOrNull(stats),
      validation: readOrNull(validation),
      errors: errors === null ? [] : fromJson(errors),
    },
    failure: toFailure(row),
    audit: toAudit(row),
  };
}
