import { RecordBatchReader, tableFromIPC, type Field } from 'apache-arrow';

const KEEP_ALIVE = 0xffffffff;
const COMPLETE = 0xfffffffe;
const FAILED = 0xfffffffd;
const CONTINUATION_BYTES = 8;

/** One complete set of columns of a sub-split. */
export interface AnsweredPage {
  readonly stream: number;
  /** Decimal. */
  readonly next: string;
  /** The types of the columns. */
  readonly types: readonly string[];
  /** The columns of each row, as JSON. */
  readonly rows: readonly string[];
}

export interface QueryAnswer {
  readonly pages: readonly AnsweredPage[];
  readonly ending: 'complete' | 'failed' | 'cut';
  readonly keepAlives: number;
}

interface OpenSet {
  readonly columns: Buffer[];
  messages: Buffer[];
}

/**
 * Reads the framed answer of a query with Arrow's own library.
 *
 * @param columns how many make up a complete set.
 */
export function readQueryAnswer(body: Buffer, columns: number): QueryAnswer {
  const pages: AnsweredPage[] = [];
  const open = new Map<number, OpenSet>();
  let keepAlives = 0;
  let at = 0;
  while (at + 4 <= body.length) {
    const stream = body.readUInt32LE(at);
    at += 4;
    if (stream === COMPLETE) return { pages, ending: 'complete', keepAlives };
    if (stream === FAILED) return { pages, ending: 'failed', keepAlives };
    if (stream === KEEP_ALIVE) {
      keepAlives += 1;
      continue;
    }
    const next = String(body.readBigUInt64LE(at));
    const length = messageLength(body, at + 8);
    const message = body.subarray(at + 8, at + 8 + length);
    at += 8 + length;
    const set = open.get(stream) ?? { columns: [], messages: [] };
    open.set(stream, set);
    set.messages.push(message);
    if (length > CONTINUATION_BYTES) continue;
    set.columns.push(Buffer.concat(set.messages));
    set.messages = [];
    if (set.columns.length < Math.max(1, columns)) continue;
    open.delete(stream);
    pages.push({ stream, next, ...readSet(set.columns, columns) });
  }
  return { pages, ending: 'cut', keepAlives };
}

/** Fields of an Arrow stream or of a schema message, as text. */
export function readFieldNames(body: Buffer): string[] {
  return RecordBatchReader.from(body).open().schema.fields.map(describe);
}

/** Rows of an Arrow stream, as JSON. */
export function readStreamRows(body: Buffer): string[] {
  const table = tableFromIPC(body);
  return Array.from({ length: table.numRows }, (_, row) =>
    json(table.schema.fields.map((_field, column): unknown => table.getChildAt(column)?.get(row))),
  );
}

function readSet(streams: readonly Buffer[], columns: number): { types: string[]; rows: string[] } {
  const tables = streams.map((stream) => tableFromIPC(stream));
  const length = tables[0]?.numRows ?? 0;
  if (columns === 0) return { types: [], rows: Array.from({ length }, () => '[]') };
  const cell = (table: (typeof tables)[number], row: number): unknown => table.getChildAt(0)?.get(row);
  return {
    types: tables.map((table) => table.schema.fields.map((field) => String(field.type)).join()),
    rows: Array.from({ length }, (_, row) => json(tables.map((table) => cell(table, row)))),
  };
}

/** Bytes of the Arrow message that begins at `at`: its head, its metadata and its body. */
function messageLength(body: Buffer, at: number): number {
  const metadata = body.readInt32LE(at + 4);
  if (metadata === 0) return CONTINUATION_BYTES;
  // Slot 3 of Message is the length of the body.
  const root = at + 8 + body.readInt32LE(at + 8);
  const vtable = root - body.readInt32LE(root);
  const slot = body.readUInt16LE(vtable) > 10 ? body.readUInt16LE(vtable + 10) : 0;
  const bodyLength = slot === 0 ? 0 : Number(body.readBigInt64LE(root + slot));
  return CONTINUATION_BYTES + metadata + bodyLength;
}

function describe({ name, type, nullable }: Field): string {
  return `${name} ${String(type)}${nullable ? '' : ' not null'}`;
}

function json(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
}
