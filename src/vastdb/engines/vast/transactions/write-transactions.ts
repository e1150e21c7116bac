import type { Lane, TableTransaction } from '../../../engine.ts';
import { TableError } from '../../../table-error.ts';
import type { VastClient } from '../client/vast-client.ts';
import { LOCK_TABLE } from '../names.ts';
import type { Statements } from '../statements.ts';
import { VastError } from '../transport/vast-error.ts';
import { conflictKeys, ConflictQueue } from '../../conflict-queue.ts';
import { LockRowsChanged, type LockTable } from './lock-table.ts';
import { keepAlive } from './keep-alive.ts';
import { isEndedSoon, type Rollbacks } from './rollbacks.ts';
import { mayRunAgain } from './run-again.ts';
import type { Slot, SlotPool } from './slot-pool.ts';
import { VastTransaction } from './vast-transaction.ts';

const KEEP_ALIVE_MS = 60_000;
/** Repetitions of a commit whose answer was lost, while the transaction is still open. */
const COMMIT_ATTEMPTS = 5;

interface WriteTransactionsParts {
  readonly client: VastClient;
  readonly statements: Statements;
  readonly locks: LockTable;
  readonly slots: SlotPool;
  readonly rollbacks: Rollbacks;
}

/** Runs work in transactions of the cluster. */
export class WriteTransactions {
  readonly #parts: WriteTransactionsParts;
  readonly #queue = new ConflictQueue();

  constructor(parts: WriteTransactionsParts) {
    this.#parts = parts;
  }

  /**
   * Runs `work` until it is committed: anew when another transaction was faster, or the cluster failed
   * (see `mayRunAgain`), after what it did was rolled back.
   *
   * @throws TableError `conflict` when others keep being faster; `unavailable` when the cluster keeps failing.
   */
  run<T>(work: (tx: TableTransaction) => Promise<T>, lane: Lane): Promise<T> {
    return this.#queue.run((conflicts) => this.#runOnce(work, lane, conflicts), mayRunAgain);
  }

  async #runOnce<T>(work: (tx: TableTransaction) => Promise<T>, lane: Lane, conflicts: Set<string>): Promise<T> {
    const { client, rollbacks, slots, statements } = this.#parts;
    // Before the begin: a row that was committed after it could not be written.
    const slot = await slots.take();
    const id = await beginWith(slot, this.#parts);
    const letGo = keepAlive(client, id, KEEP_ALIVE_MS);
    const tx = new VastTransaction(statements, id, lane === 'background' ? 'analytics' : 'read');
    try {
      const result = await work(tx);
      await tx.end();
      if (tx.failure !== undefined) throw tx.failure;
      if (tx.hasWritten || tx.lockBuckets.size > 0) await this.#commit(id, tx.lockBuckets, slot, conflicts);
      else void rollbacks.end(id);
      slots.giveBack(slot);
      return result;
    } catch (error) {
      await tx.end();
      for (const key of tx.conflictKeys) conflicts.add(key);
      const reason = await this.#reasonOf(tx.failure ?? error, id);
      const ended = this.#rollBack(id, slot);
      // Before a further run, since our own rows would be in its way.
      if (mayRunAgain(reason) && !(await isEndedSoon(ended))) throw stillHeld(reason);
      throw reason;
    } finally {
      letGo();
    }
  }

  async #commit(id: string, lockBuckets: ReadonlySet<number>, slot: Slot, conflicts: Set<string>): Promise<void> {
    const { locks, slots } = this.#parts;
    const token = crypto.randomUUID();
    try {
      await locks.write(id, lockBuckets, slot.rowId, token);
    } catch (error) {
      for (const key of conflictKeys(LOCK_TABLE, lockBuckets)) conflicts.add(key);
      if (error instanceof LockRowsChanged) slots.forgetAll();
      throw error;
    }
    await this.#commitSurely(id, token);
    slots.wasWritten(slot);
  }

  /**
   * Commits, and finds out the outcome if the answer was lost: an open transaction is committed again; a closed one was
   * committed if others can see its token.
   *
   * @throws TableError `conflict` when it was not committed, so that it may be done anew; `unavailable` when that cannot
   * be found out now.
   */
  async #commitSurely(id: string, token: string): Promise<void> {
    const { client, locks } = this.#parts;
    for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt += 1) {
      try {
        await client.transactions.commit(id);
        return;
      } catch (error) {
        if (!isDoubtful(error)) throw error;
      }
      if (await surely(() => client.transactions.isOpen(id))) continue;
      if (await surely(() => locks.hasToken(token))) return;
      throw new TableError('conflict', 'The cluster ended the transaction without committing it.');
    }
    throw new TableError('unavailable', 'The transaction cannot be committed: the cluster does not answer to that.');
  }

  /** The transaction itself may be missing: the cluster ends silent ones. */
  async #reasonOf(error: unknown, id: string): Promise<unknown> {
    const mayBeGone = error instanceof VastError && error.status === 404;
    if (!mayBeGone || (await this.#parts.client.transactions.isOpen(id).catch(() => true))) return error;
    return new TableError('conflict', 'The cluster ended the transaction while its work was running.', error);
  }

  /** Never rejects. Until it is over, the transaction may hold its slot. */
  async #rollBack(id: string, slot: Slot): Promise<boolean> {
    const { rollbacks, slots } = this.#parts;
    const isOver = await rollbacks.end(id);
    if (isOver) slots.giveBack(slot);
    else slots.retire(slot);
    return isOver;
  }
}

async function beginWith(slot: Slot, { client, slots }: WriteTransactionsParts): Promise<string> {
  try {
    return await client.transactions.begin();
  } catch (error) {
    slots.giveBack(slot);
    throw error;
  }
}

const stillHeld = (cause: unknown): TableError =>
  new TableError('unavailable', 'The work failed, and the cluster does not answer to its rollback yet.', cause);

/** An error of the look-up must not be taken for one of a write, after which the work may be run anew. */
async function surely(lookUp: () => Promise<boolean>): Promise<boolean> {
  try {
    return await lookUp();
  } catch (error) {
    throw new TableError('unavailable', 'Whether the transaction was committed cannot be found out now.', error);
  }
}

/** Whether it may have been committed: a refusal is certain. */
const isDoubtful = (error: unknown): boolean =>
  error instanceof VastError && error.kind !== 'conflict' && error.kind !== 'full' && error.status !== 403;
