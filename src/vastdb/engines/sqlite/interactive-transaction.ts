import type { Cell, RowId, RowSet, SelectRequest, TableTransaction } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { TableError } from '../../table-error.ts';
import type { Session } from './session.ts';

/** The transaction for `work` of the interactive lane: a session on the main thread while `work` runs. */
export class InteractiveTransaction implements TableTransaction {
  readonly #session: Session;
  #ended = false;
  #hasWritten = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether there may be something to undo. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** From now on every use is an error: the session belongs to the next transaction. */
  end(): void {
    this.#ended = true;
  }

  async select(request: SelectRequest): Promise<RowSet> {
    return this.#open().select(request);
  }

  async count(table: string, where?: Predicate): Promise<number> {
    return this.#open().count(table, where);
  }

  async insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    this.#written().insert(table, columns, rows);
  }

  async update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    this.#written().update(table, rowIds, columns, rows);
  }

  async delete(table: string, rowIds: readonly RowId[]): Promise<void> {
    this.#written().delete(table, rowIds);
  }

  /** There is one writer at a time. */
  async lock(): Promise<void> {
    this.#open();
  }

  #written(): Session {
    this.#hasWritten = true;
    return this.#open();
  }

  #open(): Session {
    if (this.#ended) throw transactionEnded();
    return this.#session;
  }
}

/** The error of a transaction that is used after its end. */
export function transactionEnded(): TableError {
  return new TableError('invalid', 'This transaction has ended: use it only within the function that got it.');
}
