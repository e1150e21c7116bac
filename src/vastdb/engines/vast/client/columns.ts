import type { ColumnDefinition, ForeignColumns } from '../../../engine.ts';
import { schemaMessage } from '../protocol/ipc-messages.ts';
import { type IpcField, readStream } from '../protocol/ipc-reader.ts';
import { nullableColumns, type WireColumn } from '../protocol/wire-column.ts';
import { readList } from './lists.ts';
import type { Requests } from './requests.ts';

const LIST_KEYS = 10_000;

export interface TableColumns {
  /** Those of our types. */
  readonly columns: readonly ColumnDefinition[];
  readonly foreign: ForeignColumns;
}

/** The columns of the schema's tables. */
export class Columns {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Columns in the order of the table. @throws VastError of status 404 where there is no such table. */
  async list(transactionId: string, table: string): Promise<TableColumns> {
    const fields = await this.#fields(transactionId, table, { column: null });
    const columns = fields.flatMap((field) => definitionOf(field) ?? []);
    const ours = new Set(columns.map(({ name }) => name));
    const foreign = fields.filter(({ name }) => !ours.has(name)).map(({ name, typeName }) => [name, typeName] as const);
    return { columns, foreign: new Map(foreign) };
  }

  /** Those of all columns that can be read, also of types that only others' tables have. */
  async readable(transactionId: string, table: string): Promise<WireColumn[]> {
    const fields = await this.#fields(transactionId, table, { column: null });
    return fields.flatMap(({ name, column }) => (column === undefined ? [] : [{ ...column, name }]));
  }

  /** Names of the columns that a sorted table is sorted by, in the order of the key. */
  async listSorted(transactionId: string, table: string): Promise<string[]> {
    const fields = await this.#fields(transactionId, table, { 'sorted-columns': null });
    return fields.map(({ name }) => name);
  }

  /** Adds columns, which are null in the rows that are there. */
  async add(transactionId: string, table: string, columns: readonly ColumnDefinition[]): Promise<void> {
    await this.#requests.run('POST', this.#requests.tablePath(table), {
      transactionId,
      query: { column: null },
      body: schemaMessage(nullableColumns(columns)),
    });
  }

  async #fields(transactionId: string, table: string, query: Record<string, null>): Promise<IpcField[]> {
    const options = { transactionId, query, maxKeys: LIST_KEYS };
    return readList(this.#requests, this.#requests.tablePath(table), options, (body) => {
      const [first] = readStream(body);
      return first?.message.kind === 'schema' ? first.message.fields : [];
    });
  }
}

/** Undefined for a type that is none of ours. */
function definitionOf({ name, column }: IpcField): ColumnDefinition | undefined {
  if (column === undefined || !isOurs(column)) return undefined;
  const { type, dimension, nullable } = column;
  return { name, type, ...(nullable ? {} : { required: true }), ...(type === 'vector' ? { dimension } : {}) };
}

const OTHER_TYPES: ReadonlySet<WireColumn['type']> = new Set(['rowId', 'sortedRowId', 'float32', 'timestamp']);

function isOurs(column: WireColumn): column is WireColumn & { readonly type: ColumnDefinition['type'] } {
  return !OTHER_TYPES.has(column.type);
}
