import { DataType, Field, type Vector, vectorFromArray } from 'apache-arrow';
import type { VastEmulator } from '../vast-emulator/index.ts';
import { Requests } from '../../integration/vastdb/vast-emulator/requests.ts';

/** A table of an earlier system: its columns, and rows by their names. */
export interface EarlierTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, DataType>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Rows of a request: a cluster takes 5 MiB of them. */
const ROWS_AT_ONCE = 10_000;
const ROWS_WITH_VECTORS = 2_000;

/** Makes the tables on an emulated cluster, in its schema, and fills them. */
export async function putOnCluster(emulator: VastEmulator, tables: readonly EarlierTable[]): Promise<void> {
  const requests = new Requests(emulator);
  try {
    for (const { name, columns, rows } of tables) {
      const path = `${emulator.schema ?? ''}/${name}`;
      const fields = Object.entries(columns).map(([column, type]) => new Field(column, type, true));
      await accepted(requests.createTable(path, fields));
      const atOnce = Object.values(columns).some((type) => DataType.isFixedSizeList(type))
        ? ROWS_WITH_VECTORS
        : ROWS_AT_ONCE;
      for (let start = 0; start < rows.length; start += atOnce) {
        await accepted(requests.rows('POST', path, columnsOf(fields, rows.slice(start, start + atOnce))));
      }
    }
  } finally {
    requests.close();
  }
}

async function accepted(answer: Promise<{ readonly status: number; readonly body: Buffer }>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`${status}: ${body.toString()}`);
}

export const columnsOf = (fields: readonly Field[], rows: EarlierTable['rows']): (readonly [Field, Vector])[] =>
  fields.map((field) => [
    field,
    vectorFromArray(
      rows.map((row) => row[field.name] ?? null),
      field.type,
    ),
  ]);
