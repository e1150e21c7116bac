import type { ScratchCell, ScratchTables, ScratchType } from '../analytics/scratch-tables.ts';
import type { Row } from '../engine.ts';
import { textOf } from './cells.ts';
import { type ForeignTables, rowsOf } from './foreign-tables.ts';
import { type ImportReport, RefusedRow } from './import-report.ts';

export interface ImportSource {
  readonly tables: ForeignTables;
  /** To sort and to join what the tables have in no order. */
  readonly scratch: ScratchTables;
}

/** How the rows of an earlier table become those of a scratch table of the same name. */
export interface Staging {
  readonly table: string;
  /** The column that tells a row from others, in the report. */
  readonly key: string;
  readonly needed: readonly string[];
  readonly wanted: readonly string[];
  readonly columns: Readonly<Record<string, ScratchType>>;
  /** A text is the reason why the row is left out. @throws RefusedRow */
  readonly cells: (row: Row) => readonly ScratchCell[] | string;
}

/** Copies the rows of a table that may be taken, each checked by itself. The scratch table is empty where there is none. */
export async function stage(source: ImportSource, staging: Staging, report: ImportReport): Promise<void> {
  await source.scratch.fill(staging.table, staging.columns, checked(source.tables, staging, report));
}

async function* checked(
  tables: ForeignTables,
  { table, key, needed, wanted, cells }: Staging,
  report: ImportReport,
): AsyncGenerator<(readonly ScratchCell[])[]> {
  for await (const rows of rowsOf(tables, table, needed, wanted)) {
    const kept: (readonly ScratchCell[])[] = [];
    for (const row of rows) {
      try {
        const found = cells(row);
        if (typeof found === 'string') report.leave(table, found);
        else kept.push(found);
      } catch (error) {
        if (!(error instanceof RefusedRow)) throw error;
        report.refuse(table, textOf(row, key) ?? '(without an id)', error.message);
      }
    }
    yield kept;
  }
}
