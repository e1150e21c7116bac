import {
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  makeData,
  type Data,
  type Field,
  type Vector,
} from 'apache-arrow';
import { Builder } from 'flatbuffers';
import type { VastEmulator } from '../../../support/vast-emulator/index.ts';
import { readQueryAnswer, type QueryAnswer } from './answers.ts';
import { SignedClient, type RawAnswer } from './signed-client.ts';

export type ColumnKind = 'int64' | 'utf8' | 'row-id';

export type Comparison = 'equal' | 'less' | 'greater_equal';

/** A comparison of a column and a value; those of a list are joined by AND. */
export interface Test {
  readonly column: string;
  readonly kind: Exclude<ColumnKind, 'row-id'>;
  readonly comparison: Comparison;
  /** Joined by OR. */
  readonly values: readonly (string | bigint)[];
}

export interface Query {
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  readonly where?: readonly Test[];
  readonly limit?: number;
  readonly subSplits?: number;
  readonly start?: readonly number[];
}

const TYPE_INT = 2;
const TYPE_UTF8 = 5;
const INT64_LITERAL = 5;
const STRING_LITERAL = 22;
const EXPRESSION = { literal: 1, fieldRef: 2, call: 3 };

/** Speaks the protocol by hand, as far as the tests of the emulator need it. */
export class Requests {
  readonly #client: SignedClient;
  readonly #base: string;

  constructor({ endpoints, accessKey, secretKey, bucket }: VastEmulator, endpoint = 0) {
    this.#client = new SignedClient(endpoints[endpoint] ?? '', accessKey, secretKey);
    this.#base = `/${bucket}`;
  }

  close(): void {
    this.#client.close();
  }

  async begin(): Promise<string> {
    return (await this.send('POST', '/?transaction', '0')).headers['tabular-txid'] ?? '';
  }

  async commit(transaction: string): Promise<number> {
    return (await this.send('PUT', '/?transaction', transaction)).status;
  }

  async rollback(transaction: string): Promise<number> {
    return (await this.send('DELETE', '/?transaction', transaction)).status;
  }

  async createTable(path: string, fields: Field[], transaction = '0', headers = {}): Promise<RawAnswer> {
    return this.send('POST', `${this.#base}/${path}?table`, transaction, schemaMessage(fields), headers);
  }

  /** @param path schema and table. */
  async rows(method: 'POST' | 'PUT' | 'DELETE', path: string, columns: Columns, transaction = '0'): Promise<RawAnswer> {
    return this.send(method, `${this.#base}/${path}?rows`, transaction, batch(columns));
  }

  async query(path: string, query: Query, transaction = '0'): Promise<QueryAnswer> {
    const { subSplits = 1, limit, start = [] } = query;
    const headers: Record<string, string> = {
      'tabular-split': '0,1,8',
      'tabular-num-of-subsplits': String(subSplits),
      'tabular-request-format': 'string',
      'tabular-response-format': 'string',
    };
    if (limit !== undefined) headers['tabular-limit-rows'] = String(limit);
    start.forEach((row, subSplit) => (headers[`tabular-start-row-id-${subSplit}`] = `${subSplit},${row}`));
    const answer = await this.send('GET', `${this.#base}/${path}?data`, transaction, relation(query), headers);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body.toString()}`);
    return readQueryAnswer(answer.body, query.columns.length);
  }

  async send(
    method: string,
    url: string,
    transaction: string,
    body?: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<RawAnswer> {
    const tabular = { 'tabular-txid': transaction, 'tabular-api-version-id': '1', 'tabular-client-name': 'test' };
    return this.#client.send({ method, url, body, headers: { ...tabular, ...headers } });
  }
}

/** Columns by name, in order. */
export type Columns = readonly (readonly [field: Field, values: Vector])[];

/** One batch, as a stream. */
export function batch(columns: Columns): Uint8Array {
  const schema = new Schema(columns.map(([field]) => field));
  const length = columns[0]?.[1].length ?? 0;
  const children = columns.flatMap(([, values]): readonly Data[] => values.data);
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  const writer = new RecordBatchStreamWriter();
  writer.writeAll(new Table(schema, [new RecordBatch(schema, data)]));
  writer.finish();
  return writer.toUint8Array(true);
}

/** A schema without end-of-stream. */
export function schemaMessage(fields: Field[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, new Schema(fields));
  writer.finish();
  return writer.toUint8Array(true).subarray(0, -8);
}

/** A Source of the compute IR: and(or(comparison, ...), ...). */
function relation({ columns, where = [] }: Query): Uint8Array {
  const builder = new Builder(1024);
  const names = [...columns.map(({ name }) => name)];
  for (const { column } of where) if (!names.includes(column)) names.push(column);
  const kindOf = (name: string): ColumnKind =>
    columns.find((column) => column.name === name)?.kind ?? where.find(({ column }) => column === name)?.kind ?? 'utf8';
  const fields = offsets(
    builder,
    names.map((name) => field(builder, name, kindOf(name))),
  );
  const schema = table(builder, 2, () => builder.addFieldOffset(1, fields, 0));
  const groups = where.map(({ column, kind, comparison, values }) =>
    call(
      builder,
      'or',
      values.map((value) =>
        call(builder, comparison, [fieldRef(builder, names.indexOf(column)), literal(builder, kind, value)]),
      ),
    ),
  );
  const filter = call(builder, 'and', groups);
  const projection = offsets(
    builder,
    columns.map((_column, position) => fieldIndex(builder, position)),
  );
  const name = builder.createString('');
  const source = table(builder, 5, () => {
    builder.addFieldOffset(1, name, 0);
    builder.addFieldOffset(2, filter, 0);
    builder.addFieldOffset(3, schema, 0);
    builder.addFieldOffset(4, projection, 0);
  });
  builder.finish(union(builder, 9, source));
  return builder.asUint8Array();
}

function field(builder: Builder, name: string | undefined, kind: ColumnKind): number {
  const nameAt = name === undefined ? 0 : builder.createString(name);
  const type = table(builder, 2, () => {
    if (kind === 'utf8') return;
    builder.addFieldInt32(0, 64, 0);
    builder.addFieldInt8(1, kind === 'int64' ? 1 : 0, 0);
  });
  return table(builder, 6, () => {
    if (nameAt !== 0) builder.addFieldOffset(0, nameAt, 0);
    builder.addFieldInt8(1, 1, 0);
    builder.addFieldInt8(2, kind === 'utf8' ? TYPE_UTF8 : TYPE_INT, 0);
    builder.addFieldOffset(3, type, 0);
  });
}

function literal(builder: Builder, kind: ColumnKind, value: string | bigint): number {
  const text = typeof value === 'string' ? builder.createString(value) : 0;
  const impl = table(builder, 1, () => {
    if (typeof value === 'bigint') builder.addFieldInt64(0, value, 0n);
    else builder.addFieldOffset(0, text, 0);
  });
  const type = field(builder, undefined, kind);
  const literalAt = table(builder, 3, () => {
    builder.addFieldInt8(0, kind === 'utf8' ? STRING_LITERAL : INT64_LITERAL, 0);
    builder.addFieldOffset(1, impl, 0);
    builder.addFieldOffset(2, type, 0);
  });
  return union(builder, EXPRESSION.literal, literalAt);
}

function call(builder: Builder, name: string, args: readonly number[]): number {
  const nameAt = builder.createString(name);
  const argsAt = offsets(builder, args);
  const callAt = table(builder, 2, () => {
    builder.addFieldOffset(0, nameAt, 0);
    builder.addFieldOffset(1, argsAt, 0);
  });
  return union(builder, EXPRESSION.call, callAt);
}

function fieldRef(builder: Builder, position: number): number {
  const index = fieldIndex(builder, position);
  return union(builder, EXPRESSION.fieldRef, union(builder, 5, index));
}

function fieldIndex(builder: Builder, position: number): number {
  return table(builder, 1, () => builder.addFieldInt32(0, position, 0));
}

/** A table whose first two slots are a union. */
function union(builder: Builder, kind: number, value: number): number {
  return table(builder, 2, () => {
    builder.addFieldInt8(0, kind, 0);
    builder.addFieldOffset(1, value, 0);
  });
}

function table(builder: Builder, slots: number, fill: () => void): number {
  builder.startObject(slots);
  fill();
  return builder.endObject();
}

function offsets(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addOffset(value);
  return builder.endVector();
}
