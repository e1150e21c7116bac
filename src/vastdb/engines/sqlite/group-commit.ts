import { mayUseReserve } from '../../../operation/disk-reserve.ts';
import type { TableTransaction } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { InteractiveTransaction } from './interactive-transaction.ts';
import type { Session } from './session.ts';
import { untilUnlocked, type WriteLock } from './write-lock.ts';

/** Bounds how long the first of a group waits for the last. */
const largestGroup = 256;

type Work<T> = (tx: TableTransaction) => Promise<T>;

interface Pending {
  readonly work: Work<unknown>;
  readonly mayUseReserve: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface Done {
  readonly pending: Pending;
  readonly value: unknown;
}

interface GroupCommitOptions {
  /** Throws where there is no room for a transaction that may not use the reserve of the disk. */
  readonly admit: () => void;
  /** Resolves when all earlier commits are durable. */
  readonly durable: () => Promise<void>;
  /** Called after every commit. */
  readonly onCommit: () => void;
}

/**
 * The interactive lane. Making a commit durable costs far more than the few statements of a
 * request, so the transactions that wait at one time share a commit, and all are answered when it
 * is on disk. The next group runs while the disk is busy with the last. One that throws is undone
 * alone. Most that throw have written nothing; after one that has, the group is undone and runs
 * again, each within its own savepoint. Savepoints for all groups would copy every page that each
 * transaction writes to.
 */
export class GroupCommit {
  readonly #session: Session;
  readonly #lock: WriteLock;
  readonly #options: GroupCommitOptions;
  #queue: Pending[] = [];
  #scheduled = false;
  /** Whether the next group runs with savepoints. */
  #marked = false;
  #idle: (() => void)[] = [];
  /** When the last group that was committed has been answered. */
  #answered: Promise<void> = Promise.resolve();

  constructor(session: Session, lock: WriteLock, options: GroupCommitOptions) {
    this.#session = session;
    this.#lock = lock;
    this.#options = options;
  }

  /** Resolves when the transaction is durable. Calling it from within `work` waits for ever. */
  transaction<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const pending = { work, mayUseReserve: mayUseReserve(), resolve: resolve as (value: unknown) => void, reject };
      this.#queue.push(pending);
      this.#schedule();
    });
  }

  /** Resolves when every transaction that was asked for is answered. */
  async drained(): Promise<void> {
    if (this.#scheduled) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#answered;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the poll phase of the event loop: all requests that arrived together join the group.
    setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    await this.#lock.hold(async () => {
      try {
        await untilUnlocked(() => this.#session.tryBegin(), this.#session.file);
      } catch (error) {
        // All waiting members have reached the time limit too.
        for (const { reject } of this.#takeGroup()) reject(error);
        return;
      }
      await this.#runGroup(this.#takeGroup());
    });
    this.#scheduled = false;
    if (this.#queue.length > 0) {
      this.#schedule();
      return;
    }
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #takeGroup(): Pending[] {
    if (this.#queue.length > largestGroup) return this.#queue.splice(0, largestGroup);
    const group = this.#queue;
    this.#queue = [];
    return group;
  }

  /** Runs the group and commits it. Sees to it that every member is answered, and never throws. */
  async #runGroup(group: readonly Pending[]): Promise<void> {
    const done: Done[] = [];
    const marked = this.#marked;
    this.#marked = false;
    try {
      for (const [index, pending] of group.entries()) {
        const undone = await this.#runOne(pending, marked, done);
        if (this.#session.inTransaction()) continue;
        if (undone) {
          this.#marked = true;
          this.#queue.unshift(...done.map((each) => each.pending), ...group.slice(index));
          return;
        }
        // An error ended the whole transaction, and with it the work of those before.
        for (const lost of done) lost.pending.reject(lostTransaction());
        this.#queue.unshift(...group.slice(index + 1));
        return;
      }
      if (done.length === 0) {
        this.#session.rollback();
        return;
      }
      this.#session.commit();
    } catch (error) {
      this.#session.abandon();
      // Does nothing for members that were answered already.
      for (const { reject } of group) reject(error);
      return;
    }
    this.#options.onCommit();
    this.#answered = this.#answer(done);
  }

  async #answer(done: readonly Done[]): Promise<void> {
    try {
      await this.#options.durable();
    } catch (error) {
      for (const { pending } of done) pending.reject(error);
      return;
    }
    for (const { pending, value } of done) pending.resolve(value);
  }

  /**
   * Runs one member. When it succeeds it joins `done`, else it is undone and rejected. Returns true where that undid others
   * too; then it is not rejected.
   */
  async #runOne(pending: Pending, marked: boolean, done: Done[]): Promise<boolean> {
    if (!pending.mayUseReserve) {
      try {
        this.#options.admit();
      } catch (error) {
        pending.reject(error);
        return false;
      }
    }
    const tx = new InteractiveTransaction(this.#session);
    if (marked) this.#session.mark();
    try {
      const value = await pending.work(tx);
      if (!this.#session.inTransaction()) throw lostTransaction();
      if (marked) this.#session.releaseMark();
      done.push({ pending, value });
      return false;
    } catch (error) {
      const open = this.#session.inTransaction();
      const undoes = open && !marked && tx.hasWritten;
      if (open && marked) this.#session.rollbackToMark();
      if (undoes) this.#session.rollback();
      if (undoes && done.length > 0) return true;
      pending.reject(error);
      return false;
    } finally {
      tx.end();
    }
  }
}

function lostTransaction(): TableError {
  return new TableError('unavailable', 'The transaction was undone by an error of the database. Try again.');
}
