import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Cell,
  ColumnBatch,
  RowSet,
  ScanningReader,
  ScanRequest,
  SeekRequest,
  SelectRequest,
} from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { checkNotEnded } from '../../scan-batches.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { Session } from './session.ts';
import { TableScan } from './table-scan.ts';

/** Reads on the very thread that calls, which it blocks: for threads that do nothing else, never for the main thread. */
export class ThreadReader implements ScanningReader {
  readonly #options: ConnectionOptions;
  readonly #session: Session;

  /** @throws TableError where the file cannot be opened. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#session = new Session(new Connection(options));
  }

  async select(request: SelectRequest): Promise<RowSet> {
    return this.#session.select(request);
  }

  async seek(request: SeekRequest): Promise<(Cell[] | undefined)[]> {
    return this.#session.seek(request);
  }

  async count(table: string, where?: Predicate): Promise<number> {
    return this.#session.count(table, where);
  }

  async *scan({ signal, ...request }: ScanRequest): AsyncGenerator<ColumnBatch> {
    checkNotEnded(signal);
    const scan = new TableScan(this.#options, request);
    try {
      for (let batch = scan.next(); batch !== undefined; batch = scan.next()) {
        yield batch;
        // The message that ends the scan has to come through.
        await nextTurn();
        checkNotEnded(signal);
      }
    } finally {
      scan.close();
    }
  }

  close(): void {
    this.#session.close();
  }
}
