import { EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { insertContent } from '../../../src/features/exr/repositories/content-rows.ts';
import { describedCells } from '../../../src/features/exr/repositories/file-rows.ts';
import { identityCells, lockKey } from '../../../src/features/exr/repositories/file-writing.ts';
import type { ExrFileRef } from '../../../src/features/exr/rules/exr-file.ts';
import { refOfKey } from '../../../src/features/exr/rules/exr-file-id.ts';
import { describeHeader } from '../../../src/features/exr/rules/inspect.ts';
import type { ExrInspection, ExrVectors } from '../../../src/features/exr/rules/inspection.ts';
import type { ManagedTransaction } from '../../../src/vastdb/managed-transaction.ts';
import { isIn } from '../../../src/vastdb/predicate/builder.ts';
import { showProgress } from '../../progress.ts';
import { type ImportReport, RefusedRow } from '../import-report.ts';
import type { ImportOptions, Take } from '../run-import.ts';
import { headerOf } from './exr-header.ts';
import { type InspectedFile, inspectedFiles } from './inspected-files.ts';
import { stageRows } from './staged-rows.ts';

/** Files of a transaction. Each has some tens of rows. */
const BATCH_FILES = 50;

export interface ExrOptions extends ImportOptions {
  readonly bucket: string;
}

interface ReadFile {
  readonly ref: ExrFileRef;
  readonly file: InspectedFile;
  readonly inspection: ExrInspection;
  readonly vectors: ExrVectors;
}

/**
 * Takes over what an exr-inspector has read of headers, as files by bucket and key. Vectors, counts and the policy are made
 * anew of the rows, as of a header that is read here. A file that is known here is passed over: this server reads more.
 * Tables and columns: docs/adr/0038-importers.md.
 */
export const takeExrInspector =
  ({ bucket }: ExrOptions): Take =>
  async (source, { manager, config }, report) => {
    if (!config.features.exr.enabled) throw new Error('EXR metadata is switched off: set EXR=true, as for the server.');
    if (!Object.hasOwn(config.media.buckets, bucket)) {
      throw new Error(`--bucket: this server has ${Object.keys(config.media.buckets).join(', ')}.`);
    }
    const described = await source.tables.describe('files');
    if (described === undefined) throw new Error('There is no table files: are these the tables of an exr-inspector?');
    const progress = showProgress();
    let batch: ReadFile[] = [];
    const write = async (): Promise<void> => {
      const own = batch;
      const present = await manager.transaction((tx) => insertFiles(tx, own), { lane: 'background' });
      for (const each of own) count(report, each, present.has(each.ref.id));
      progress.advance(own.length);
      batch = [];
    };
    try {
      await stageRows(source, report);
      progress.start('files', described.rows ?? 0);
      for await (const file of inspectedFiles(source.scratch, report)) {
        const read = readFile(bucket, file, report);
        if (read !== undefined) batch.push(read);
        if (batch.length >= BATCH_FILES) await write();
      }
      await write();
    } finally {
      progress.stop();
    }
  };

function readFile(bucket: string, file: InspectedFile, report: ImportReport): ReadFile | undefined {
  try {
    const ref = refOfKey(bucket, file.key);
    const location = { path: ref.path, bucket, key: file.key, mtime: file.mtime };
    return { ref, file, ...describeHeader(headerOf(file.hash, file), file.size, location) };
  } catch (error) {
    if (!(error instanceof RefusedRow)) throw error;
    report.refuse('files', file.id, `${error.message} (${file.key}); let this server inspect it`);
    return undefined;
  }
}

/** @returns the ids of those that were here already. */
async function insertFiles(tx: ManagedTransaction, files: readonly ReadFile[]): Promise<Set<string>> {
  if (files.length === 0) return new Set();
  const ids = files.map(({ ref }) => ref.id);
  await tx.lock(ids.map(lockKey));
  const { rows } = await tx.select({ table: EXR_FILES, columns: ['id'], where: isIn('id', ids) });
  const present = new Set(rows.map(([id]) => id));
  const fresh = files.filter(({ ref }) => !present.has(ref.id));
  await tx.insert(
    EXR_FILES,
    fresh.map(({ ref, file, inspection }) => ({
      ...identityCells(ref),
      ...describedCells(inspection),
      inspection_count: file.inspections,
      first_inspected_ms: file.firstMs,
      last_inspected_ms: file.lastMs,
    })),
  );
  await insertContent(
    tx,
    fresh.map(({ ref, inspection, vectors }) => ({ id: ref.id, content: inspection, vectors })),
  );
  return present;
}

function count(report: ImportReport, { file }: ReadFile, isPresent: boolean): void {
  const rows = {
    files: 1,
    parts: file.parts.length,
    channels: file.channels.length,
    attributes: file.attributes.length,
  };
  for (const [table, number] of Object.entries(rows)) {
    if (isPresent) report.of(table).present += number;
    else report.of(table).taken += number;
  }
}
