import type {
  Cell,
  ColumnBatch,
  RowSet,
  ScanningReader,
  ScanRequest,
  SeekRequest,
  SelectRequest,
} from '../../engine.ts';
import { SCAN_BATCH_ROWS } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { checkNotEnded } from '../../scan-batches.ts';
import { checkScan } from '../request-checks.ts';
import type { Connections, Session } from './connections.ts';
import { ConnectionLost } from './postgres-error.ts';
import type { Runner, Statements } from './statements.ts';

/** Approximate size of a batch: with long cells it has fewer rows. */
const BATCH_BYTES = 8 * 2 ** 20;
/** The first batch tells how long rows are. */
const FIRST_ROWS = 512;

/** Where the cursor of a scan is opened. */
interface ScanConnections {
  session(): Promise<Pick<Session, 'cursor' | 'spoil' | 'release'>>;
}

/** Reads outside of transactions: each statement sees what was committed when it began. */
export class PostgresReader implements ScanningReader {
  readonly #scans: ScanConnections;
  readonly #statements: Statements;
  readonly #runner: Runner;

  /** @param scans connections with cursors. */
  constructor(connections: Pick<Connections, 'run'>, scans: ScanConnections, statements: Statements) {
    this.#scans = scans;
    this.#statements = statements;
    this.#runner = { run: (statement) => this.#again(() => connections.run(statement)) };
  }

  select(request: SelectRequest): Promise<RowSet> {
    return this.#statements.select(this.#runner, request);
  }

  seek(request: SeekRequest): Promise<(Cell[] | undefined)[]> {
    return this.#statements.seek(this.#runner, request);
  }

  count(table: string, where?: Predicate): Promise<number> {
    return this.#statements.count(this.#runner, table, where);
  }

  async *scan(request: ScanRequest): AsyncGenerator<ColumnBatch> {
    checkScan(request);
    const { table, columns, where, batchRows = SCAN_BATCH_ROWS, signal } = request;
    checkNotEnded(signal);
    const { statement, decode } = await this.#statements.prepareSelect({ table, columns, ...(where && { where }) });
    const session = await this.#scans.session();
    // Leaving the loop early gives up the connection with the rest of the rows.
    let rest: unknown = new Error('not all rows were read');
    try {
      const cursor = session.cursor(statement);
      let rows = Math.min(FIRST_ROWS, batchRows);
      let next = cursor.read(rows);
      for (;;) {
        const found = await next;
        checkNotEnded(signal);
        if (found.length === 0) break;
        rows = nextRows(found, batchRows);
        // Read ahead: the server works while the consumer does.
        next = cursor.read(rows);
        next.catch(() => undefined);
        yield toColumns(decode(found).rows, columns.length);
        checkNotEnded(signal);
      }
      rest = undefined;
    } finally {
      if (rest !== undefined) session.spoil(rest);
      session.release();
    }
  }

  /** Repeated if the connection was dead already, as all are after a restart of PostgreSQL. */
  async #again<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
    return read();
  }
}

function nextRows(rows: readonly (readonly (string | null)[])[], most: number): number {
  let bytes = 0;
  for (const row of rows) for (const cell of row) bytes += cell?.length ?? 0;
  const rowBytes = Math.max(1, bytes / rows.length);
  return Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / rowBytes)));
}

function toColumns(rows: RowSet['rows'], width: number): ColumnBatch {
  const columns = Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? null));
  return { rowCount: rows.length, columns };
}
