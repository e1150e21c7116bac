import { Buffer } from 'node:buffer';
import { fromJson, toJson } from '../../../shared/json-text.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq, isIn } from '../../../vastdb/predicate/builder.ts';
import { EXR_FILES, EXR_HISTORY } from '../exr-tables.ts';
import type { FormerHeader } from '../rules/exr-file.ts';
import type { FormerContent } from '../rules/inspection.ts';
import { type Content, readContent } from './content-rows.ts';
import { timeOf } from './file-rows.ts';

/** Headers of a file that stay known. */
const KEPT = 20;
/** Bytes of one: a cell of every engine has room for them. */
const CONTENT_MAX_BYTES = 60_000;
/** Files whose contents are in memory at a time. */
const AT_ONCE = 25;

/** Keeps the headers of files as they are now, before others take their place. */
export async function keepHeaders(tx: ManagedTransaction, fileIds: readonly string[], nowMs: number): Promise<void> {
  for (let start = 0; start < fileIds.length; start += AT_ONCE) {
    await keepSome(tx, fileIds.slice(start, start + AT_ONCE), nowMs);
  }
}

async function keepSome(tx: ManagedTransaction, ids: readonly string[], nowMs: number): Promise<void> {
  const files = await tx.selectRows({ table: EXR_FILES, where: isIn('id', ids) });
  const contents = await readContent(tx, ids);
  const formers = files.flatMap((file) => {
    const content = contents.get(file.id);
    if (content === undefined || file.header_hash === null) return [];
    return [
      {
        file_id: file.id,
        number: file.inspection_count,
        header_hash: file.header_hash,
        size: file.size,
        mtime: file.mtime,
        inspected_ms: file.last_inspected_ms,
        replaced_ms: BigInt(nowMs),
        content: toJson(fitting(content)),
      },
    ];
  });
  await tx.insert(EXR_HISTORY, formers);
  await removeOldest(tx, ids);
}

async function removeOldest(tx: ManagedTransaction, ids: readonly string[]): Promise<void> {
  const { rows, rowIds } = await tx.select({
    table: EXR_HISTORY,
    columns: ['file_id', 'number'],
    where: isIn('file_id', ids),
    rowIds: true,
  });
  const known = rows.flatMap(([fileId, number], index) => {
    const rowId = rowIds[index];
    return rowId === undefined ? [] : [{ fileId, number, rowId }];
  });
  const tooOld = [...Map.groupBy(known, ({ fileId }) => fileId).values()].flatMap((own) =>
    own.sort((a, b) => Number(b.number - a.number)).slice(KEPT),
  );
  await tx.deleteByRowIds(
    EXR_HISTORY,
    tooOld.map(({ rowId }) => rowId),
  );
}

/** As much as fits: the attributes before the channels, of which there may be thousands. */
function fitting({ parts, attributes, channels }: Content): FormerContent {
  let room = CONTENT_MAX_BYTES;
  let isComplete = true;
  const fit = <Item>(items: readonly Item[]): Item[] =>
    items.filter((item) => {
      const size = Buffer.byteLength(toJson(item)) + 1;
      const fits = size <= room;
      if (fits) room -= size;
      else isComplete = false;
      return fits;
    });
  return { parts: fit(parts), attributes: fit(attributes), channels: fit(channels), is_complete: isComplete };
}

/** The newest first. */
export async function formerHeaders(reader: ManagedReader, fileId: string): Promise<FormerHeader[]> {
  const rows = await reader.selectRows({ table: EXR_HISTORY, where: eq('file_id', fileId) });
  return rows
    .sort((a, b) => Number(b.number - a.number))
    .map(({ header_hash, size, mtime, inspected_ms, replaced_ms, content }) => ({
      header_hash,
      size: Number(size),
      mtime,
      last_inspected: timeOf(inspected_ms),
      replaced: timeOf(replaced_ms),
      ...fromJson(content),
    }));
}

export async function forgetHeaders(tx: ManagedTransaction, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length > 0) await tx.delete(EXR_HISTORY, isIn('file_id', fileIds));
}
