import type { Lookup, Row } from '../vastdb/engine.ts';
import type { ManagedReader } from '../vastdb/managed-reader.ts';
import type { FoundRows, TableQuery } from '../vastdb/query/table-query.ts';
import type { ColumnOf } from '../vastdb/schema/define-table.ts';
import type { TextQuery } from '../vastdb/text-query.ts';
import { translateTableFailure } from './table-failure.ts';

/** Reads of repositories, inside a transaction or outside. */
export type TableReads = Pick<ManagedReader, 'select' | 'relational' | 'inSnapshot'>;

/** Reads outside of transactions; failures are translated for clients. */
export class CommittedReads implements TableReads {
  readonly #reader: ManagedReader;

  constructor(reader: ManagedReader) {
    this.#reader = reader;
  }

  get relational(): boolean {
    return this.#reader.relational;
  }

  async inSnapshot<T>(work: (reader: ManagedReader) => Promise<T>): Promise<T> {
    try {
      return await this.#reader.inSnapshot(work);
    } catch (error) {
      throw translateTableFailure(error);
    }
  }

  async select<
    R extends Row,
    const Columns extends readonly ColumnOf<R>[],
    const Lookups extends readonly Lookup<ColumnOf<R>>[] = readonly [],
    Match extends TextQuery | undefined = undefined,
  >(query: TableQuery<R, Columns, Lookups, Match>): Promise<FoundRows<R, Columns, Lookups, Match>> {
    try {
      return await this.#reader.select(query);
    } catch (error) {
      throw translateTableFailure(error);
    }
  }
}
