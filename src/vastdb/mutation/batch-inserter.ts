import type { Cell, TableDefinition } from '../engine.ts';
import type { SchemaCache } from '../schema/schema-cache.ts';
import { TableError } from '../table-error.ts';
import { checkKey, cleanUpUnit } from './batch-cleanup.ts';
import {
  type BatchHost,
  type BatchInsertOptions,
  type BatchInsertResult,
  type BatchRows,
  insertInBatches,
} from './batch-insert.ts';
import type { BatchInsertReport, CleanupReport } from './batch-report.ts';

/** Batch inserts, and the clean-up of those that failed. */
export class BatchInserter {
  readonly #host: BatchHost;
  readonly #schemas: SchemaCache;
  readonly #keys: ReadonlyMap<string, readonly string[]>;
  /** Inputs for the clean-up, kept while somebody holds the report. */
  readonly #failed = new WeakMap<BatchInsertReport, BatchRows & Pick<BatchInsertResult, 'units'>>();

  constructor(host: BatchHost, schemas: SchemaCache, definitions: readonly TableDefinition[]) {
    this.#host = host;
    this.#schemas = schemas;
    this.#keys = new Map(
      definitions.flatMap((definition) => {
        const key = definition.sortKey ?? definition.indexes?.find((index) => index.unique === true)?.columns;
        return key === undefined ? [] : [[definition.name, key]];
      }),
    );
  }

  /** See `VastDBManager.insertBatches`. */
  async insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
    options: BatchInsertOptions = {},
  ): Promise<BatchInsertReport> {
    const batch = { table, columns, rows };
    this.#schemas.get(table).checkInsert(columns, rows);
    if (options.atomic !== true) checkKey(batch, this.#keys.get(table));
    const { report, units } = await insertInBatches(this.#host, batch, options);
    if (!report.success) this.#failed.set(report, { ...batch, units });
    return report;
  }

  /** See `VastDBManager.cleanupPartialInsertion`. */
  async cleanUp(report: BatchInsertReport): Promise<CleanupReport> {
    const sum = { rowsDeleted: 0, rowsKept: 0, rowsMissing: 0 };
    if (report.success) return sum;
    const failed = this.#failed.get(report);
    const key = this.#keys.get(report.table);
    if (failed === undefined) {
      throw new TableError(
        'invalid',
        'only the report object that insertBatches of this manager returned can be cleaned up',
      );
    }
    const unset = this.#schemas.get(failed.table).columnNames.filter((column) => !failed.columns.includes(column));
    for (const unit of failed.units) {
      const cleaned = await this.#host.transaction(async (tx) => cleanUpUnit(tx, failed, key, unset, unit), {
        lane: 'background',
      });
      sum.rowsDeleted += cleaned.rowsDeleted;
      sum.rowsKept += cleaned.rowsKept;
      sum.rowsMissing += cleaned.rowsMissing;
    }
    return sum;
  }
}
