import type { RowSet } from '../vastdb/engine.ts';
import type { ManagedReader } from '../vastdb/managed-reader.ts';
import type { SelectQuery } from '../vastdb/query/select-query.ts';
import { translateTableFailure } from './table-failure.ts';

/** Reads of repositories, inside a transaction or outside. */
export type TableReads = Pick<ManagedReader, 'select' | 'ordering'>;

/** Reads outside of transactions; failures are translated for clients. */
export class CommittedReads implements TableReads {
  readonly #reader: ManagedReader;

  constructor(reader: ManagedReader) {
    this.#reader = reader;
  }

  get ordering(): boolean {
    return this.#reader.ordering;
  }

  async select(query: SelectQuery): Promise<RowSet> {
    try {
      return await this.#reader.select(query);
    } catch (error) {
      throw translateTableFailure(error);
    }
  }
}
