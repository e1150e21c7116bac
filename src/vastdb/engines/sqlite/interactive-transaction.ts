import type { Cell, RowId, RowSet, SelectRequest, TableTransaction } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { TableError } from '../../table-error.ts';
import type { Session } from './session.ts';

/** The transaction for `work` of the interactive lane: a session on the main thread while `work` runs. */
export class InteractiveTransaction implements TableTransaction {
  readonly #session: Session;
  #ended = false;

  constructor(session: Session) {
    this.#session = session;
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
    this.#open().insert(table, columns, rows);
  }

  async update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    this.#open().update(table, rowIds, columns, rows);
  }

  async delete(table: string, rowIds: readonly RowId[]): Promise<void> {
    this.#open().delete(table, rowIds);
  }

  /** There is one writer at a time. */
  async lock(): Promise<void> {
    this.#open();
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
