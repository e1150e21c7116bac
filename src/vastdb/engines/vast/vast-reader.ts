import type { RequestKind } from '../../cluster/load-balancer.ts';
import type { ColumnBatch, RowSet, ScanningReader, ScanRequest, SelectRequest, TableReader } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import type { VastClient } from './client/vast-client.ts';
import type { Statements } from './statements.ts';
import { keepAlive } from './transactions/keep-alive.ts';
import type { SnapshotReads } from './transactions/snapshot-reads.ts';
import { VastError } from './transport/vast-error.ts';

/** Often: a scan whose transaction was ended is lost, since another one could see other rows. */
const KEEP_SCAN_ALIVE_MS = 1_000;

/** Reads outside of transactions. */
export class VastReader implements ScanningReader {
  readonly #snapshots: SnapshotReads;
  readonly #client: VastClient;
  readonly #statements: Statements;
  readonly #kind: RequestKind;

  constructor(snapshots: SnapshotReads, client: VastClient, statements: Statements, kind: RequestKind) {
    this.#snapshots = snapshots;
    this.#client = client;
    this.#statements = statements;
    this.#kind = kind;
  }

  select(request: SelectRequest): Promise<RowSet> {
    return this.inSnapshot((reader) => reader.select(request));
  }

  count(table: string, where?: Predicate): Promise<number> {
    return this.inSnapshot((reader) => reader.count(table, where));
  }

  /** Its reads share one transaction: each of its own would cost a begin and a rollback besides. */
  inSnapshot<T>(work: (reader: TableReader) => Promise<T>): Promise<T> {
    return this.#read((id) =>
      work({
        select: (request) => this.#statements.select(id, request, this.#kind),
        count: (table, where) => this.#statements.count(id, table, where, this.#kind),
      }),
    );
  }

  async *scan(request: ScanRequest): AsyncGenerator<ColumnBatch> {
    const { id, release } = await this.#snapshots.hold();
    const letGo = keepAlive(this.#client, id, KEEP_SCAN_ALIVE_MS);
    try {
      yield* this.#statements.scan(id, request);
    } finally {
      letGo();
      release();
    }
  }

  /** Repeated if the cluster ended the transaction meanwhile, as it may when it recovers from a failure. */
  async #read<T>(work: (transactionId: string) => Promise<T>): Promise<T> {
    let ofEnded: unknown;
    try {
      return await this.#snapshots.read(async (id) => {
        try {
          return await work(id);
        } catch (error) {
          if (await this.#isEnded(id, error)) ofEnded = error;
          throw error;
        }
      });
    } catch (error) {
      if (error !== ofEnded) throw error;
    }
    return this.#snapshots.read(work);
  }

  /** Whether the transaction itself may be the missing thing. */
  async #isEnded(id: string, error: unknown): Promise<boolean> {
    if (!(error instanceof VastError) || error.status !== 404) return false;
    return !(await this.#client.transactions.isOpen(id));
  }
}
