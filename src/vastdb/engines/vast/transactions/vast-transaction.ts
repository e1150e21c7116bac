import type { RequestKind } from '../../../cluster/load-balancer.ts';
import type { Cell, RowId, RowSet, SelectRequest, TableTransaction } from '../../../engine.ts';
import type { Predicate } from '../../../predicate/predicate.ts';
import { TableError } from '../../../table-error.ts';
import type { Statements } from '../statements.ts';
import { VastError } from '../transport/vast-error.ts';
import { conflictKeys } from '../../conflict-queue.ts';
import { lockBucket } from '../../lock-keys.ts';
import { StatementGate } from '../../statement-gate.ts';

/** One transaction as its work sees it. */
export class VastTransaction implements TableTransaction {
  readonly #statements: Statements;
  readonly #id: string;
  readonly #kind: RequestKind;
  readonly #gate = new StatementGate();
  readonly #lockBuckets = new Set<number>();
  #hasWritten = false;
  #failure: TableError | undefined;
  #conflictKeys: readonly string[] = [];
  #ended = false;

  constructor(statements: Statements, id: string, kind: RequestKind) {
    this.#statements = statements;
    this.#id = id;
    this.#kind = kind;
  }

  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** The rows of the table of locks that stand for the keys. */
  get lockBuckets(): ReadonlySet<number> {
    return this.#lockBuckets;
  }

  /** A write failed on the cluster: it may be partly done, so nothing can be committed any more. */
  get failure(): TableError | undefined {
    return this.#failure;
  }

  /** The object of a conflicting write: rows, or a table if there were many. */
  get conflictKeys(): readonly string[] {
    return this.#conflictKeys;
  }

  async select(request: SelectRequest): Promise<RowSet> {
    this.#checkOpen();
    return this.#gate.read(() => this.#statements.select(this.#id, request, this.#kind));
  }

  async count(table: string, where?: Predicate): Promise<number> {
    this.#checkOpen();
    return this.#gate.read(() => this.#statements.count(this.#id, table, where, this.#kind));
  }

  async insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    await this.#write(table, [], () => this.#statements.insert(this.#id, table, columns, rows));
  }

  async update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    await this.#write(table, rowIds, () => this.#statements.update(this.#id, table, rowIds, columns, rows));
  }

  async delete(table: string, rowIds: readonly RowId[]): Promise<void> {
    await this.#write(table, rowIds, () => this.#statements.delete(this.#id, table, rowIds));
  }

  /** Only records the keys: their rows are written right before the commit. */
  async lock(keys: readonly string[]): Promise<void> {
    this.#checkOpen();
    for (const key of keys) this.#lockBuckets.add(lockBucket(key));
  }

  /** Refuses further use. Resolves when its statements have ended. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#gate.idle();
  }

  async #write(table: string, rowIds: readonly RowId[], statement: () => Promise<void>): Promise<void> {
    this.#checkOpen();
    await this.#gate.write(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        await statement();
        this.#hasWritten = true;
      } catch (error) {
        // A request that was refused before it was sent has changed nothing: the work may go on.
        if (error instanceof VastError || isUnreachable(error)) this.#failure = error;
        this.#conflictKeys = conflictKeys(table, rowIds);
        throw error;
      }
    });
  }

  #checkOpen(): void {
    if (this.#ended) throw new TableError('invalid', 'The transaction has ended; it cannot be used any more.');
  }
}

const isUnreachable = (error: unknown): error is TableError =>
  error instanceof TableError && error.kind === 'unavailable';
