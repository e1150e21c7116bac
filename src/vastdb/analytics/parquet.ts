import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnalysisResult, ExportedColumn, ExportedRows } from './analysis.ts';
import { literal } from './values.ts';
import type { KeptType, Workspace } from './workspace.ts';

const KEPT: Readonly<Record<ExportedColumn['type'], KeptType>> = {
  string: 'text',
  int64: 'int',
  uint64: 'uint',
  int32: 'int32',
  float64: 'float',
  bool: 'bool',
};

/** Writes rows to a file of its own. Columns have their names and types: nanoseconds stay whole numbers of 64 bits. */
export async function parquet(
  workspace: Workspace,
  { columns, ...rows }: ExportedRows,
): Promise<AnalysisResult<'parquet'>> {
  const kept = columns.map(({ name, type }, index) => ({ column: name, as: `c${index}`, type: KEPT[type] }));
  const count = await workspace.load('loaded', kept, rows);
  const file = join(workspace.folder, `${randomUUID()}.parquet`);
  const named = columns
    .map(
      ({ name, suffix }, index) =>
        `c${index}${suffix === undefined ? '' : ` || ${literal(suffix)}`} AS ${quoted(name)}`,
    )
    .join(', ');
  try {
    await workspace.all(`COPY (SELECT ${named} FROM loaded) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`);
    const { size } = await stat(file);
    return { file, bytes: size, rows: count };
  } catch (error) {
    // Otherwise a partial file would stay.
    await rm(file, { force: true });
    throw error;
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
