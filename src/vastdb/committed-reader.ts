import type { ColumnBatch, Row, ScanningReader, ScanRequest } from './engine.ts';
import { ManagedReader, type TableLayer } from './managed-reader.ts';
import { type AnyFirstRows, firstByPages, firstByScan, type FirstRows } from './query/first-rows.ts';
import type { SelectQuery } from './query/select-query.ts';
import { type FoundRow, nameOf, type ScannedBatch, type TableScan, type TableSeek } from './query/table-query.ts';
import type { CellsOf, ColumnOf } from './schema/define-table.ts';

/** Reads outside of any transaction, including scans of more rows than fit into memory. */
export class CommittedReader extends ManagedReader {
  readonly #reader: ScanningReader;

  constructor(layer: TableLayer, reader: ScanningReader) {
    super(layer, reader);
    this.#reader = reader;
  }

  /** See `ScanningReader.dataVersion`. */
  dataVersion(): number | undefined {
    return this.#reader.dataVersion?.();
  }

  protected override failure(error: unknown): unknown {
    return this.layer.translate(error);
  }

  override async inSnapshot<T>(work: (reader: ManagedReader) => Promise<T>): Promise<T> {
    if (this.#reader.inSnapshot === undefined) return work(this);
    try {
      return await super.inSnapshot(work);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** In pages where the engine orders rows, or in one pass over all that `where` picks. */
  async firstRows<R extends Row, Column extends ColumnOf<R>, Checked extends ColumnOf<R>>(
    query: FirstRows<R, Column, Checked>,
  ): Promise<FoundRow<R, Column>[]> {
    const reads = {
      selectRows: (each: SelectQuery) => this.selectRows(each),
      scan: (request: ScanRequest) => this.scan(request),
    };
    // The work is the same for every table, as in `list`.
    const any = query as AnyFirstRows;
    const rows = this.layer.capabilities.relational ? firstByPages(reads, any) : firstByScan(reads, any);
    // As with `select`: an engine keeps to the definitions.
    return (await rows) as FoundRow<R, Column>[];
  }

  /** The cells of the nearest row to each point, undefined where there is none; see `SeekRequest`. */
  async seek<R extends Row, const Columns extends readonly ColumnOf<R>[]>(
    seek: TableSeek<R, Columns>,
  ): Promise<(CellsOf<R, Columns> | undefined)[]> {
    const request = { ...seek, table: nameOf(seek.table) };
    const found = await this.measured(
      request.table,
      'select',
      request.where,
      () => this.layer.executor.seek(this.#reader, request),
      (rows) => rows.length,
    );
    // As with `select`: an engine keeps to the definitions.
    return found as (CellsOf<R, Columns> | undefined)[];
  }

  /**
   * All rows that `where` picks, in no order, column by column, in batches; see `ScanningReader.scan`. It is timed as
   * a select that takes as long as its batches were waited for.
   */
  async *scan<R extends Row, const Columns extends readonly ColumnOf<R>[]>(
    scan: TableScan<R, Columns>,
  ): AsyncGenerator<ScannedBatch<R, Columns>> {
    const request = { ...scan, table: nameOf(scan.table) };
    const { executor, monitor } = this.layer;
    const batches = executor.scan(this.#reader, request);
    let rows = 0;
    let waitedMs = 0;
    let failed = true;
    try {
      for (;;) {
        const asked = performance.now();
        const next: IteratorResult<ColumnBatch> = await batches.next();
        waitedMs += performance.now() - asked;
        if (next.done === true) break;
        rows += next.value.rowCount;
        // A consumer that leaves the loop has what it wanted: no failure.
        failed = false;
        // As with `select`.
        yield next.value as ScannedBatch<R, Columns>;
        failed = true;
      }
      failed = false;
    } catch (error) {
      throw this.failure(error);
    } finally {
      monitor.record(request.table, 'select', performance.now() - waitedMs, rows, failed, request.where);
      await batches.return(undefined);
    }
  }
}
