import {
  type DataType,
  Field,
  Int32,
  Int64,
  RecordBatchStreamWriter,
  Schema,
  Table,
  tableFromIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import type { Cell } from '../../../src/vastdb/engine.ts';
import { QueryPage } from '../../../src/vastdb/engines/vast/client/queries.ts';
import { decodeColumn } from '../../../src/vastdb/engines/vast/protocol/incoming-column.ts';
import { readStream } from '../../../src/vastdb/engines/vast/protocol/ipc-reader.ts';
import {
  BATCH_LIMITS,
  columnGroups,
  columnOfRows,
  encodeBatches,
} from '../../../src/vastdb/engines/vast/protocol/row-batches.ts';
import type { WireColumn } from '../../../src/vastdb/engines/vast/protocol/wire-column.ts';
import { type Benchmark, compare, rateRow } from '../support/benchmark.ts';

const ROWS = 1000;
/** 1.5 times apache-arrow's time is two thirds of its rate. */
const TARGET = 1 / 1.5;

const column = (name: string, type: WireColumn['type']): WireColumn => ({ name, type, nullable: true, dimension: 0 });
const COLUMNS = [
  column('flow_id', 'string'),
  column('start_ns', 'int64'),
  column('end_ns', 'int64'),
  column('object_id', 'string'),
  column('sample_count', 'int32'),
  column('fragment', 'string'),
];

/** Rows such as those of segments. */
const SEGMENTS: readonly Cell[][] = Array.from({ length: ROWS }, (_, number) => {
  const start = BigInt(number) * 1_000_000_000n;
  const object = `4f8a0b3e-6d2c-4a55-9f5d-1f2e3d4c5b6a/${number}`;
  const fragment = JSON.stringify({ object_id: object, timerange: `[${number}:0_${number + 1}:0)`, note: 'žluťoučký' });
  return [
    'b1f6b9d0-0c6a-4c9e-8a43-8d5b6f2f1a11',
    start,
    start + 1_000_000_000n,
    object,
    number % 10 === 0 ? null : number,
    fragment,
  ];
});

/** Rows to the bytes of an insert, and the bytes of an answer to rows: ours against apache-arrow alone. */
export const arrowRows: Benchmark = {
  name: 'arrow-rows',
  async run({ scale }) {
    const single = COLUMNS.map((wanted, position) => ourBytes([wanted], [position]));
    const whole = ourBytes(COLUMNS);
    const rate = (work: () => unknown) => async () => rateOf(scale.roundMs / 4, work);
    const encoding = await compare(
      scale.rounds,
      rate(() => ourBytes(COLUMNS)),
      rate(arrowBytes),
    );
    const decoding = await compare(
      scale.rounds,
      rate(() => ourRows(single)),
      rate(() => arrowRowsOf(whole)),
    );
    return [
      rateRow('rows encoded per second against `apache-arrow`', encoding, TARGET, 'rows/s'),
      rateRow('rows decoded per second against `apache-arrow`', decoding, TARGET, 'rows/s'),
    ];
  },
};

function ourBytes(columns: readonly WireColumn[], positions = columns.map((_, position) => position)): Uint8Array {
  const cells = columns.map((wanted, index) => columnOfRows(wanted, SEGMENTS, positions[index] ?? 0));
  const [group = []] = columnGroups(cells, BATCH_LIMITS);
  const [batch] = encodeBatches(group, BATCH_LIMITS);
  return batch?.body ?? new Uint8Array();
}

/** Columns arrive as streams of their own. */
function ourRows(streams: readonly Uint8Array[]): Cell[][] {
  const columns = COLUMNS.map((wanted, position) => {
    const stream = streams[position] ?? new Uint8Array();
    const cells = Array.from(readStream(Buffer.from(stream.buffer)), ({ message, body }) =>
      message.kind === 'batch' ? decodeColumn(wanted, message, body) : [],
    );
    return cells.flat();
  });
  return new QueryPage(ROWS, COLUMNS.length, columns).rows();
}

function arrowType({ type }: WireColumn): DataType {
  return type === 'string' ? new Utf8() : type === 'int64' ? new Int64() : new Int32();
}

function arrowBytes(): Uint8Array {
  const schema = new Schema(COLUMNS.map((wanted) => new Field(wanted.name, arrowType(wanted), true)));
  const vectors: Record<string, Vector> = {};
  for (const [position, wanted] of COLUMNS.entries()) {
    vectors[wanted.name] = vectorFromArray(
      SEGMENTS.map((row) => row[position]),
      arrowType(wanted),
    );
  }
  return RecordBatchStreamWriter.writeAll(new Table(schema, vectors)).toUint8Array(true);
}

function arrowRowsOf(stream: Uint8Array): unknown[][] {
  const table = tableFromIPC(stream);
  const columns = COLUMNS.map((_, position) => table.getChildAt(position));
  return Array.from({ length: table.numRows }, (_, row) => columns.map((vector): unknown => vector?.get(row)));
}

function rateOf(ms: number, work: () => unknown): number {
  const started = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < ms) {
    work();
    count += ROWS;
    elapsed = performance.now() - started;
  }
  return (count / elapsed) * 1000;
}
