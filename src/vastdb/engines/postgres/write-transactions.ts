import type { TableTransaction } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { conflictKeys, ConflictQueue } from '../conflict-queue.ts';
import type { Connections, Session } from './connections.ts';
import { LOCK_TABLE } from './names.ts';
import { ConnectionLost, isLockTimeout } from './postgres-error.ts';
import { PostgresTransaction } from './postgres-transaction.ts';
import type { Statement } from './row-statements.ts';
import type { Statements } from './statements.ts';
import { wasCommitted } from './was-committed.ts';

/**
 * A snapshot for the whole transaction: of two that write the same row the later one fails. Other dependencies are
 * locked by keys; see docs/adr/0025-postgres.md.
 */
const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ';

/**
 * How long a transaction waits to be alone: longer than a deadlock of others lasts. All writers wait meanwhile, and one
 * that is under way may be of a machine that is gone.
 */
const ALONE_TIMEOUT_MS = 3000;
/** After a wait in vain. */
const ALONE_AGAIN_MS = 60_000;

/** Runs work in transactions. */
export class WriteTransactions {
  readonly #statements: Statements;
  readonly #schema: string;
  readonly #server: string;
  readonly #queue = new ConflictQueue();
  /** Begins a transaction beside others. */
  readonly #begin: string;
  /**
   * Begins one that waits for those under way, and has later ones wait at their beginning: none of them holds a row then,
   * nor commits one.
   */
  readonly #beginAlone: string;
  #mayBeAloneAt = 0;

  /**
   * @param schema in double quotes.
   * @param server SQL that says which server it is.
   */
  constructor(statements: Statements, schema: string, server: string) {
    this.#statements = statements;
    this.#schema = schema;
    this.#server = server;
    const lock = `LOCK TABLE ${schema}."${LOCK_TABLE}" IN`;
    // A lock does not take the snapshot yet.
    this.#begin = `${BEGIN}; ${lock} ROW EXCLUSIVE MODE`;
    this.#beginAlone =
      `${BEGIN}; SET LOCAL lock_timeout = ${ALONE_TIMEOUT_MS}; ${lock} SHARE ROW EXCLUSIVE MODE; ` +
      'SET LOCAL lock_timeout TO DEFAULT';
  }

  /**
   * Runs `work` until it is committed: anew when another transaction was faster, or the connection died before the
   * commit was sent. Work that keeps losing has all others wait.
   *
   * @throws TableError `conflict` when it loses all the same.
   */
  run<T>(connections: Connections, work: (tx: TableTransaction) => Promise<T>): Promise<T> {
    const runOnce = async (conflicts: Set<string>, keepsLosing: boolean): Promise<T> => {
      if (keepsLosing && performance.now() >= this.#mayBeAloneAt) {
        try {
          return await this.#runOnce(connections, work, conflicts, this.#beginAlone);
        } catch (error) {
          if (!isLockTimeout(error)) throw error;
          this.#mayBeAloneAt = performance.now() + ALONE_AGAIN_MS;
        }
      }
      return this.#runOnce(connections, work, conflicts, this.#begin);
    };
    return this.#queue.run(runOnce, mayRunAgain);
  }

  async #runOnce<T>(
    connections: Connections,
    work: (tx: TableTransaction) => Promise<T>,
    conflicts: Set<string>,
    begin: string,
  ): Promise<T> {
    const session = await connections.session();
    const tx = new PostgresTransaction(this.#statements, session, this.#server);
    // Not waited for: the first statement follows at once.
    const begun = session.runText(begin);
    begun.catch(() => undefined);
    try {
      const result = await work(tx);
      await tx.end();
      await begun;
      if (tx.failure !== undefined) throw tx.failure;
      if (tx.identity === undefined && tx.lockBuckets.size === 0) {
        // It wrote nothing: its end need not be waited for.
        void endQuietly(session, 'COMMIT').then(() => session.release());
        return result;
      }
      await this.#commit(connections, session, tx, conflicts);
      session.release();
      return result;
    } catch (error) {
      await tx.end();
      for (const key of tx.conflictKeys) conflicts.add(key);
      const refused: unknown = await begun.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const reason = refused ?? tx.failure ?? error;
      if (reason instanceof ConnectionLost) session.spoil(reason);
      else await endQuietly(session, 'ROLLBACK');
      session.release();
      throw reason;
    }
  }

  async #commit(
    connections: Connections,
    session: Session,
    tx: PostgresTransaction,
    conflicts: Set<string>,
  ): Promise<void> {
    const buckets = [...tx.lockBuckets];
    const locked = buckets.length === 0 ? undefined : session.run(lockStatement(this.#schema, buckets));
    locked?.catch(() => undefined);
    // Sent right behind the locks: where those fail, the server makes it a rollback.
    const committed = session.runText('COMMIT');
    committed.catch(() => undefined);
    try {
      await locked;
    } catch (error) {
      await committed.catch(() => undefined);
      for (const key of conflictKeys(LOCK_TABLE, buckets)) conflicts.add(key);
      // With the connection the answers to both are lost: the transaction may be committed.
      if (!(error instanceof ConnectionLost)) throw error;
    }
    try {
      const { command } = await committed;
      if (command !== 'COMMIT') throw new TableError('unavailable', 'PostgreSQL rolled the transaction back.');
    } catch (error) {
      if (!(error instanceof ConnectionLost) || tx.identity === undefined) throw error;
      session.spoil(error);
      if (await wasCommitted(connections, await tx.identity, this.#server)) return;
      throw error;
    }
  }
}

/**
 * Others that lock one of these wait here, and fail when this transaction commits. In order, so that no two wait for
 * each other.
 */
function lockStatement(schema: string, buckets: readonly number[]): Statement {
  const table = `${schema}."${LOCK_TABLE}"`;
  const [only] = buckets;
  if (buckets.length === 1 && only !== undefined) {
    return { text: `UPDATE ${table} SET taken = taken + 1 WHERE bucket = $1::integer`, values: [String(only)] };
  }
  return {
    text:
      `UPDATE ${table} SET taken = taken + 1 WHERE bucket IN ` +
      `(SELECT bucket FROM ${table} WHERE bucket = ANY ($1::integer[]) ORDER BY bucket FOR UPDATE)`,
    values: [buckets],
  };
}

const mayRunAgain = (error: unknown): boolean =>
  error instanceof ConnectionLost || (error instanceof TableError && error.kind === 'conflict');

/** A failure here makes the connection unusable. */
async function endQuietly(session: Session, text: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  try {
    await session.runText(text);
  } catch (error) {
    session.spoil(error);
  }
}
