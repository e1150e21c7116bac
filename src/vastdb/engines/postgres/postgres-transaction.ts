import type { Cell, RowId, RowSet, SelectRequest, TableTransaction } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { TableError } from '../../table-error.ts';
import { conflictKeys } from '../conflict-queue.ts';
import { lockBucket } from '../lock-keys.ts';
import { checkUpdate } from '../request-checks.ts';
import { StatementGate } from '../statement-gate.ts';
import type { Answer, Session } from './connections.ts';
import { isAborted, toTableError } from './postgres-error.ts';
import type { Statement } from './row-statements.ts';
import { LAST_CRASH } from './server-identity.ts';
import type { Statements } from './statements.ts';

/** Identifies a transaction, to find out its outcome if the answer to its commit is lost. */
export interface TransactionIdentity {
  /** PostgreSQL's number of the transaction, which only a crash or another server gives to a second one. */
  readonly id: string;
  readonly backend: string;
  /** The server that numbered it. */
  readonly server: string;
  /** When that server crashed before. */
  readonly lastCrash: string;
}

/**
 * One transaction as its work sees it. Statements are sent as they are called, without a wait for those before; only an
 * insert of several rows that may be taken back runs alone: it would take back what others write meanwhile.
 */
export class PostgresTransaction implements TableTransaction {
  readonly #statements: Statements;
  readonly #session: Session;
  readonly #server: string;
  readonly #gate = new StatementGate();
  readonly #lockBuckets = new Set<number>();
  #identity: Promise<TransactionIdentity> | undefined;
  #failure: TableError | undefined;
  #conflictKeys: readonly string[] = [];
  #ended = false;
  #savepoints = 0;

  /** @param server SQL that says which server it is. */
  constructor(statements: Statements, session: Session, server: string) {
    this.#statements = statements;
    this.#session = session;
    this.#server = server;
  }

  /** Undefined for a transaction that has not written. */
  get identity(): Promise<TransactionIdentity> | undefined {
    return this.#identity;
  }

  /** The rows of the table of locks that stand for the keys. */
  get lockBuckets(): ReadonlySet<number> {
    return this.#lockBuckets;
  }

  /** The first statement that the server refused: it has undone the transaction. */
  get failure(): TableError | undefined {
    return this.#failure;
  }

  /** The object of the refused statement: rows, or a table if there were many. */
  get conflictKeys(): readonly string[] {
    return this.#conflictKeys;
  }

  async select(request: SelectRequest): Promise<RowSet> {
    this.#checkOpen();
    return this.#gate.read(() => this.#statements.select(this.#runner([]), request));
  }

  async count(table: string, where?: Predicate): Promise<number> {
    this.#checkOpen();
    return this.#gate.read(() => this.#statements.count(this.#runner([]), table, where));
  }

  async insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    this.#checkOpen();
    if (rows.length === 0) return;
    const insert = (): Promise<void> => this.#insert(table, columns, rows);
    await (rows.length > 1 ? this.#gate.write(insert) : this.#gate.read(insert));
  }

  async update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    this.#checkOpen();
    checkUpdate(table, rowIds, rows);
    if (rowIds.length === 0 || columns.length === 0) return;
    await this.#gate.read(() =>
      this.#statements
        .prepareUpdate(table, rowIds, columns, rows)
        .then((statement) => this.#write(statement, conflictKeys(table, rowIds))),
    );
  }

  async delete(table: string, rowIds: readonly RowId[]): Promise<void> {
    this.#checkOpen();
    if (rowIds.length === 0) return;
    await this.#gate.read(() =>
      this.#statements
        .prepareDelete(table, rowIds)
        .then((statement) => this.#write(statement, conflictKeys(table, rowIds))),
    );
  }

  /** Only records the keys: their rows are written together with the commit. */
  async lock(keys: readonly string[]): Promise<void> {
    this.#checkOpen();
    for (const key of keys) this.#lockBuckets.add(lockBucket(key));
  }

  /** Refuses further use. Resolves when its statements have ended. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#gate.idle();
  }

  async #insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    const { statement, mayBeTaken } = await this.#statements.prepareInsert(table, columns, rows);
    // All rows or none: after a duplicate, the inserted rows of the list are removed.
    const savepoint = mayBeTaken && rows.length > 1 ? `rows_${++this.#savepoints}` : undefined;
    if (savepoint !== undefined) this.#send(`SAVEPOINT ${savepoint}`);
    const { count } = await this.#write(statement, [table]);
    if (count !== rows.length) {
      if (savepoint !== undefined) this.#send(`ROLLBACK TO SAVEPOINT ${savepoint}`);
      throw new TableError('duplicate', `A row for ${table} has a key that another row has.`);
    }
    if (savepoint !== undefined) this.#send(`RELEASE SAVEPOINT ${savepoint}`);
  }

  #write(statement: Statement, keys: readonly string[]): Promise<Answer> {
    // Sent before the first write and not waited for: it is known by the time that a commit is sent.
    if (this.#identity === undefined) {
      const text = `SELECT pg_current_xact_id()::text, pg_backend_pid()::text, ${this.#server}, ${LAST_CRASH}`;
      this.#identity = this.#runner([])
        .run({ text, values: [] })
        .then(({ rows: [row = []] }) => {
          const [id, backend, server, lastCrash] = row.map(String);
          return { id: id ?? '', backend: backend ?? '', server: server ?? '', lastCrash: lastCrash ?? '' };
        });
      this.#identity.catch(() => undefined);
    }
    return this.#runner(keys).run(statement);
  }

  /** Sends a statement whose failure shows in those that follow. */
  #send(text: string): void {
    this.#session.runText(text).catch((error: unknown) => this.#fail(error, []));
  }

  #runner(keys: readonly string[]): { run: (statement: Statement) => Promise<Answer> } {
    return {
      run: async (statement) => {
        try {
          return await this.#session.run(statement);
        } catch (error) {
          throw this.#fail(error, keys);
        }
      },
    };
  }

  /** @returns the cause of the transaction's failure, which is not always this error. */
  #fail(error: unknown, keys: readonly string[]): TableError {
    if (this.#failure === undefined && !isAborted(error)) {
      this.#failure = toTableError(error);
      this.#conflictKeys = keys;
    }
    return this.#failure ?? toTableError(error);
  }

  #checkOpen(): void {
    if (this.#ended) throw new TableError('invalid', 'The transaction has ended; it cannot be used any more.');
  }
}
