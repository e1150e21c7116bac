import type { ScanningReader, TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';
import { LEASES } from '../../src/tams/leases/lease-repository.ts';
import { RowChecksum } from '../../src/vastdb/transfer/row-checksum.ts';

/**
 * Rows that a whole reading of a table takes at a time. The garbage of larger batches outlives the young generation, and V8
 * lets hundreds of megabytes of it pile up in each thread.
 */
export const READ_AT_ONCE_ROWS = 1000;

/** How many rows a table has, and the sum of their hashes. */
export interface TableSum {
  readonly rows: number;
  readonly checksum: string;
}

/** A table as it is copied: its columns, by name, so that both sides hash rows alike. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Tables whose rows belong to processes that run, and mean nothing elsewhere. */
export const OF_PROCESSES: ReadonlySet<string> = new Set([LEASES.name]);

/** Those of the tables that are on the engine and are worth a copy, with those of their columns that are defined, by name. */
export async function tablesToCopy(
  engine: TableEngine,
  definitions: readonly TableDefinition[],
): Promise<CopiedTable[]> {
  const tables = [];
  for (const { name, columns: defined } of definitions) {
    if (OF_PROCESSES.has(name)) continue;
    const present = await engine.describeTable(name);
    if (present === undefined) continue;
    const known = new Set(defined.map((column) => column.name));
    const columns = present.map((column) => column.name).filter((column) => known.has(column));
    tables.push({ name, columns: columns.sort() });
  }
  return tables;
}

/** Reads the whole table. */
export async function sumTable(
  reader: Pick<ScanningReader, 'scan'>,
  { name, columns }: CopiedTable,
  onRows: (rows: number) => void,
): Promise<TableSum> {
  const sum = new RowChecksum();
  for await (const batch of reader.scan({ table: name, columns, batchRows: READ_AT_ONCE_ROWS })) {
    sum.add(batch);
    onRows(batch.rowCount);
  }
  return { rows: sum.rows, checksum: sum.value };
}
