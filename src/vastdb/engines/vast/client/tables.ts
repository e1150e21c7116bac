import { ByteBuffer } from 'flatbuffers';
import type { ColumnDefinition, TableStats } from '../../../engine.ts';
import { TableError } from '../../../table-error.ts';
import { GetTableStatsResponse, ListTablesResponse } from '../flatbuffers/tabular.generated.ts';
import { schemaMessage } from '../protocol/ipc-messages.ts';
import { readOrRefuse } from '../protocol/malformed.ts';
import { nullableColumns } from '../protocol/wire-column.ts';
import { type ObjectEntry, readList, readObjects } from './lists.ts';
import type { Requests } from './requests.ts';

const LIST_KEYS = 1000;

/** The tables of the schema. */
export class Tables {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Names of all tables. */
  async list(transactionId: string): Promise<string[]> {
    return (await this.#list(transactionId, undefined)).map(({ name }) => name);
  }

  /** Undefined where there is no such table. */
  async find(transactionId: string, name: string): Promise<ObjectEntry | undefined> {
    return (await this.#list(transactionId, name))[0];
  }

  /**
   * Creates a table with only nullable columns: how a cluster treats others is unknown.
   *
   * @param sortKey names of columns that its rows are sorted by, which no update can change; for clusters that support
   * sorted tables.
   * @throws VastError `conflict` where there is one of this name.
   */
  async create(
    transactionId: string,
    name: string,
    columns: readonly ColumnDefinition[],
    sortKey: readonly string[] = [],
  ): Promise<void> {
    const headers: Record<string, string> = {};
    for (const [index, key] of sortKey.entries()) {
      const position = columns.findIndex((column) => column.name === key);
      if (position < 0) throw new TableError('invalid', `The sort key of table ${name} names no column: ${key}.`);
      headers[`tabular-sorted-column-${index}`] = String(position);
    }
    await this.#requests.run('POST', this.#requests.tablePath(name), {
      transactionId,
      query: { table: null },
      headers,
      body: schemaMessage(nullableColumns(columns)),
    });
  }

  async drop(transactionId: string, name: string): Promise<void> {
    await this.#requests.run('DELETE', this.#requests.tablePath(name), { transactionId, query: { table: null } });
  }

  async stats(transactionId: string, name: string): Promise<TableStats> {
    const options = { transactionId, query: { stats: null } };
    const body = await (await this.#requests.send('GET', this.#requests.tablePath(name), options)).buffer();
    return readOrRefuse('statistics of a table', () => {
      const stats = GetTableStatsResponse.getRootAsGetTableStatsResponse(new ByteBuffer(body));
      return {
        rows: Number(stats.numRows()),
        bytes: Number(stats.sizeInBytes()),
      };
    });
  }

  async #list(transactionId: string, exactly: string | undefined): Promise<ObjectEntry[]> {
    const options = {
      transactionId,
      query: { table: null },
      headers: { 'tabular-include-list-stats': exactly === undefined ? 'False' : 'True' },
      maxKeys: LIST_KEYS,
      exactly,
    };
    return readList(this.#requests, this.#requests.schemaPath(), options, (body) =>
      readOrRefuse('a list of tables', () => {
        const list = ListTablesResponse.getRootAsListTablesResponse(new ByteBuffer(body));
        return readObjects(list.tablesLength(), (index) => list.tables(index));
      }),
    );
  }
}
