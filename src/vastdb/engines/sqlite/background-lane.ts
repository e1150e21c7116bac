import { mayUseReserve } from '../../../operation/disk-reserve.ts';
import type {
  Cell,
  ColumnBatch,
  RowId,
  RowSet,
  ScanningReader,
  ScanRequest,
  SeekRequest,
  SelectRequest,
  TableTransaction,
} from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { checkNotEnded } from '../../scan-batches.ts';
import { TableError } from '../../table-error.ts';
import { transactionEnded } from './interactive-transaction.ts';
import type { WorkerClient } from './worker-client.ts';
import type { WorkerOperations } from './worker-protocol.ts';
import { untilUnlocked, type WriteLock } from './write-lock.ts';

/** Reads in a thread of their own, for what takes long. They see what is committed. */
export class BackgroundReader implements ScanningReader {
  readonly #worker: WorkerClient;

  constructor(worker: WorkerClient) {
    this.#worker = worker;
  }

  select(request: SelectRequest): Promise<RowSet> {
    return this.#worker.call('select', request);
  }

  seek(request: SeekRequest): Promise<(Cell[] | undefined)[]> {
    return this.#worker.call('seek', request);
  }

  count(table: string, where?: Predicate): Promise<number> {
    return this.#worker.call('count', table, where);
  }

  async *scan({ signal, ...request }: ScanRequest): AsyncGenerator<ColumnBatch> {
    checkNotEnded(signal);
    const { generation } = this.#worker;
    const scan = await this.#worker.call('openScan', request);
    // A thread that died took its scans with it, and the next one numbers its own from the start.
    const isLost = (): boolean => this.#worker.generation !== generation;
    let next = this.#worker.call('nextBatch', scan);
    try {
      for (;;) {
        const batch = await next;
        checkNotEnded(signal);
        if (batch === undefined) return;
        if (isLost()) throw new TableError('unavailable', 'The thread of this scan died. Begin it again.');
        // Read ahead: the thread works while the consumer does.
        next = this.#worker.call('nextBatch', scan);
        // Leaving the loop does not wait for it.
        next.catch(() => undefined);
        yield batch;
      }
    } finally {
      // An error here is the end of the thread, which also ends the scan.
      if (!isLost()) await this.#worker.call('closeScan', scan).catch(() => undefined);
    }
  }
}

/**
 * Runs a transaction whose statements run in a worker, while `work` itself stays on this thread. It
 * holds the write lock from its first to its last statement, so `work` should do a part of what is long. Each wait
 * of `work` costs a turn of this thread, which may be busy: statements that go out together, in a `Promise.all`, are
 * run in their order within one. One that fails undoes the whole transaction.
 */
export async function backgroundTransaction<T>(
  worker: WorkerClient,
  lock: WriteLock,
  work: (tx: TableTransaction) => Promise<T>,
  { database, admit, onCommit }: { database: string; admit: () => void; onCommit: () => void },
): Promise<T> {
  // Read here: under the lock, the code runs in the asynchronous context of the previous holder.
  const isAdmitted = mayUseReserve();
  const run = async (): Promise<T> => {
    if (!isAdmitted) admit();
    await untilUnlocked(() => worker.call('tryBegin'), database);
    const tx = new BackgroundTransaction(worker);
    try {
      const value = await work(tx);
      await tx.commit();
      onCommit();
      return value;
    } catch (error) {
      await tx.rollback();
      throw error;
    }
  };
  return worker.closeAfter(lock.hold(run, 'background'));
}

class BackgroundTransaction implements TableTransaction {
  readonly #worker: WorkerClient;
  readonly #generation: number;
  #ended = false;

  constructor(worker: WorkerClient) {
    this.#worker = worker;
    this.#generation = worker.generation;
  }

  select(request: SelectRequest): Promise<RowSet> {
    return this.#call('select', request);
  }

  count(table: string, where?: Predicate): Promise<number> {
    return this.#call('count', table, where);
  }

  insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    return this.#call('insert', table, columns, rows);
  }

  update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    return this.#call('update', table, rowIds, columns, rows);
  }

  delete(table: string, rowIds: readonly RowId[]): Promise<void> {
    return this.#call('delete', table, rowIds);
  }

  /** There is one writer at a time. */
  async lock(): Promise<void> {
    if (this.#ended) throw transactionEnded();
  }

  commit(): Promise<void> {
    const done = this.#call('commit');
    this.#ended = true;
    return done;
  }

  /** Ends the transaction after an error that is reported by the caller. */
  async rollback(): Promise<void> {
    this.#ended = true;
    // A thread that died took its transaction with it.
    if (this.#worker.generation !== this.#generation) return;
    await this.#worker.call('rollback').catch(() => undefined);
  }

  async #call<M extends keyof WorkerOperations>(
    method: M,
    ...args: Parameters<WorkerOperations[M]>
  ): Promise<ReturnType<WorkerOperations[M]>> {
    if (this.#ended) throw transactionEnded();
    if (this.#worker.generation !== this.#generation) {
      throw new TableError(
        'unavailable',
        'The thread of this transaction died, and the transaction with it. Try again.',
      );
    }
    return this.#worker.call(method, ...args);
  }
}
