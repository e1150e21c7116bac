import { Field, Int64, Uint64, Utf8, vectorFromArray } from 'apache-arrow';
import {
  startVastEmulator,
  type VastEmulator,
  type VastEmulatorOptions,
} from '../../../support/vast-emulator/index.ts';
import type { QueryAnswer } from './answers.ts';
import { Requests, type Columns, type Query } from './requests.ts';

export interface Row {
  readonly name: string | null;
  readonly n: number;
}

export const TABLE = 's/t';

const ROW_ID_FIELD = new Field('$row_id', new Uint64(), true);
const NAME = new Field('name', new Utf8(), true);
const N = new Field('n', new Int64(), true);
export const FIELDS = [NAME, N];

export interface TestTable {
  readonly emulator: VastEmulator;
  readonly requests: Requests;
  close(): Promise<void>;
}

/** An emulator with a table `s/t` of two columns, a text and a number. */
export async function startTestTable(options: VastEmulatorOptions = {}): Promise<TestTable> {
  const emulator = await startVastEmulator({ schema: 's', ...options });
  const requests = new Requests(emulator);
  await requests.createTable(TABLE, FIELDS);
  emulator.requests.clear();
  return {
    emulator,
    requests,
    close: async () => {
      requests.close();
      await emulator.close();
    },
  };
}

export function rowsOf(rows: readonly Row[]): Columns {
  return [
    [NAME, texts(rows.map(({ name }) => name))],
    [N, numbers(rows.map(({ n }) => n))],
  ];
}

/** New names of rows. */
export function namesOf(names: Readonly<Record<number, string>>): Columns {
  const ids = Object.keys(names).map(Number);
  return [
    [ROW_ID_FIELD, rowIds(ids)],
    [NAME, texts(Object.values(names))],
  ];
}

export function idsOf(ids: readonly number[]): Columns {
  return [[ROW_ID_FIELD, rowIds(ids)]];
}

export const ALL: Query = {
  columns: [
    { name: 'name', kind: 'utf8' },
    { name: 'n', kind: 'int64' },
    { name: '$row_id', kind: 'row-id' },
  ],
};

export const NAMES: Query = { columns: [{ name: 'name', kind: 'utf8' }] };

/** The rows of an answer, in the order in which they came, each as JSON of its cells. */
export function answered({ pages }: QueryAnswer): string[] {
  return pages.flatMap(({ rows }) => rows);
}

/** Names that a query answers, in order. */
export async function names(requests: Requests, transaction = '0'): Promise<(string | null)[]> {
  const rows = answered(await requests.query(TABLE, NAMES, transaction));
  return rows.map((row) => (JSON.parse(row) as [string | null])[0]).sort();
}

export function texts(values: readonly (string | null)[]) {
  return vectorFromArray(values, new Utf8());
}

function numbers(values: readonly number[]) {
  return vectorFromArray(values.map(BigInt), new Int64());
}

function rowIds(values: readonly number[]) {
  return vectorFromArray(values.map(BigInt), new Uint64());
}
