import type { ExrFrame, ScannedFrame } from '../rules/exr-file.ts';
import type { CommittedReader } from '../../../vastdb/committed-reader.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, gte, isIn, isNotNull, startsWith } from '../../../vastdb/predicate/builder.ts';
import { REF_COLUMNS, toRef } from './file-rows.ts';
import { EXR_FILES } from '../exr-tables.ts';

/** Names of sequences that begin with the prefix, from one on, in order. */
export async function sequenceNames(
  reader: ManagedReader,
  prefix: string,
  from: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await reader.select({
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

/** Batch by batch: a sequence may have more frames than fit into memory. */
export async function* scanFrames(reader: CommittedReader, names: readonly string[]): AsyncGenerator<ScannedFrame[]> {
  const columns = ['sequence', 'path', 'object_id'] as const;
  for await (const batch of reader.scan({ table: EXR_FILES, columns, where: isIn('sequence', names) })) {
    const [sequences, paths, objectIds] = batch.columns;
    yield paths.map((path, row) => ({ sequence: sequences[row] ?? '', path, objectId: objectIds[row] ?? null }));
  }
}

export const countFrames = (reader: ManagedReader, names: readonly string[]): Promise<number> =>
  reader.count(EXR_FILES, isIn('sequence', names));

export async function readFrames(reader: ManagedReader, names: readonly string[]): Promise<ExrFrame[]> {
  if (names.length === 0) return [];
  const rows = await reader.selectRows({
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
