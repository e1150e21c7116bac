import {
  Binary,
  Bool,
  type DataType,
  Decimal,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  RecordBatchStreamWriter,
  Schema,
  Table,
  tableFromIPC,
  TimestampNanosecond,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../../../../src/vastdb/engine.ts';
import { decodeColumn } from '../../../../../../src/vastdb/engines/vast/protocol/incoming-column.ts';
import { schemaMessage } from '../../../../../../src/vastdb/engines/vast/protocol/ipc-messages.ts';
import { readStream } from '../../../../../../src/vastdb/engines/vast/protocol/ipc-reader.ts';
import { outgoingColumn } from '../../../../../../src/vastdb/engines/vast/protocol/outgoing-column.ts';
import {
  BATCH_LIMITS,
  type BatchLimits,
  columnGroups,
  columnOfRows,
  encodeBatches,
} from '../../../../../../src/vastdb/engines/vast/protocol/row-batches.ts';
import type { WireColumn } from '../../../../../../src/vastdb/engines/vast/protocol/wire-column.ts';
import { COLUMNS, cellsOf, rowsOf } from '../random-cells.ts';

const SMALL: BatchLimits = { bytes: 200_000, rows: 7, columns: 3 };

function encode(columns: readonly WireColumn[], rows: readonly Cell[][], limits = BATCH_LIMITS): Uint8Array[] {
  const cells = columns.map((column, position) => columnOfRows(column, rows, position));
  return Array.from(encodeBatches(cells, limits), ({ body }) => body);
}

/** The cells of a stream of one column, as we read it. */
function decode(column: WireColumn, stream: Uint8Array): Cell[] {
  return [...readStream(Buffer.from(stream))].flatMap(({ message, body }) =>
    message.kind === 'batch' ? decodeColumn(column, message, body) : [],
  );
}

/** The cells of a stream as apache-arrow reads them. */
function readByArrow(columns: readonly WireColumn[], stream: Uint8Array): Cell[][] {
  const table = tableFromIPC(stream);
  return Array.from({ length: table.numRows }, (_, row) =>
    columns.map(({ type }, position) => {
      const value: unknown = table.getChildAt(position)?.get(row) ?? null;
      if (value === null) return null;
      if (type === 'vector') return Float32Array.from(value as Iterable<number>);
      if (type === 'sortedRowId') return wide(value as Uint32Array);
      return value as Cell;
    }),
  );
}

/** A decimal as apache-arrow gives it: four words, the lowest first. */
const wide = (words: Uint32Array): bigint => words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);

const ARROW_TYPES: Readonly<Record<WireColumn['type'], () => DataType>> = {
  string: () => new Utf8(),
  int64: () => new Int64(),
  int32: () => new Int32(),
  float64: () => new Float64(),
  float32: () => new Float32(),
  timestamp: () => new TimestampNanosecond(),
  bool: () => new Bool(),
  binary: () => new Binary(),
  vector: () => new FixedSizeList(3, new Field('item', new Float32(), false)),
  rowId: () => new Uint64(),
  sortedRowId: () => new Decimal(0, 38, 128),
};

describe('batches of rows', () => {
  it.each(COLUMNS)('of $type are read back as they were', (column) => {
    fc.assert(
      fc.property(fc.array(cellsOf(column), { minLength: 1, maxLength: 100 }), (cells) => {
        const [stream = new Uint8Array()] = encode(
          [column],
          cells.map((cell) => [cell]),
        );
        expect(decode(column, stream)).toEqual(cells);
      }),
      { numRuns: 60 },
    );
  });

  it('are read by apache-arrow as they were', () => {
    fc.assert(
      fc.property(rowsOf(COLUMNS), (rows) => {
        const [stream = new Uint8Array(), ...others] = encode(COLUMNS, rows);
        expect(others).toEqual([]);
        expect(readByArrow(COLUMNS, stream)).toEqual(rows);
        const fields = tableFromIPC(stream).schema.fields.map(({ name, nullable }) => [name, nullable]);
        expect(fields).toEqual(COLUMNS.map(({ name, nullable }) => [name, nullable]));
      }),
      { numRuns: 60 },
    );
  });

  it.each(COLUMNS.filter(({ type }) => type !== 'sortedRowId'))(
    'of $type that apache-arrow writes are read',
    (column) => {
      fc.assert(
        fc.property(fc.array(cellsOf(column), { minLength: 1, maxLength: 50 }), (cells) => {
          const vector = vectorFromArray(cells as unknown[], ARROW_TYPES[column.type]());
          const schema = new Schema([new Field('c', ARROW_TYPES[column.type](), true)]);
          const writer = RecordBatchStreamWriter.writeAll(new Table(schema, { c: vector }));
          expect(decode(column, writer.toUint8Array(true))).toEqual(cells);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('are cut to the limits, and lose nothing', () => {
    fc.assert(
      fc.property(rowsOf(COLUMNS), (rows) => {
        const cells = COLUMNS.map((column, position) => columnOfRows(column, rows, position));
        const groups = columnGroups(cells, SMALL);
        expect(groups.flat()).toEqual(cells);
        for (const group of groups) {
          const columns = group.map(({ column }) => column);
          const positions = columns.map((column) => COLUMNS.indexOf(column));
          const batches = [...encodeBatches(group, SMALL)];
          expect(columns.length).toBeLessThanOrEqual(SMALL.columns);
          for (const { from, to, body } of batches) {
            expect(to - from).toBeLessThanOrEqual(SMALL.rows);
            expect(body.length).toBeLessThanOrEqual(SMALL.bytes);
          }
          expect(batches.flatMap(({ body }) => readByArrow(columns, body))).toEqual(
            rows.map((row) => positions.map((position) => row[position])),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stay below 4.5 MiB, and are not much smaller', () => {
    const column: WireColumn = { name: 's', type: 'string', nullable: true, dimension: 0 };
    const rows = Array.from({ length: 40_000 }, (_, index) => [`${index} ${'ž'.repeat(200)}`]);
    const streams = encode([column], rows);
    expect(streams.length).toBe(4);
    for (const [index, { length }] of streams.entries()) {
      expect(length).toBeLessThanOrEqual(4.5 * 1024 * 1024);
      if (index < 3) expect(length).toBeGreaterThan(4.4 * 1024 * 1024);
    }
    expect(streams.flatMap((stream) => decode(column, stream))).toEqual(rows.flat());
  });

  it('refuse a cell that is larger than a request, naming its column', () => {
    const column: WireColumn = { name: 'essence', type: 'binary', nullable: true, dimension: 0 };
    const cells = columnOfRows(column, [[new Uint8Array(300_000)]], 0);
    expect(() => columnGroups([cells], SMALL)).toThrow(/essence/);
  });

  it.each<[WireColumn['type'], Cell]>([
    ['string', 1],
    ['int64', 1],
    ['int64', 2n ** 63n],
    ['int32', 2 ** 31],
    ['int32', 1.5],
    ['float64', '1'],
    ['bool', 1],
    ['binary', 'secret'],
    ['vector', new Float32Array(2)],
    ['rowId', -1n],
    ['rowId', null],
  ])('refuse a cell that is none of type %s: %s', (type, cell) => {
    const column = { name: 'c', type, nullable: type !== 'rowId', dimension: 3 };
    expect(() => outgoingColumn(column, [cell])).toThrow(expect.objectContaining({ kind: 'invalid' }) as Error);
    expect(() => outgoingColumn(column, [cell])).not.toThrow(/secret/);
  });
});

describe('the schema of a table', () => {
  it('is one message without an end of the stream', () => {
    const message = Buffer.from(schemaMessage(COLUMNS));
    expect(message.readUInt32LE(0)).toBe(0xffff_ffff);
    expect(message.length).toBe(8 + message.readUInt32LE(4));
    const [first, ...others] = [...readStream(message)].map((part) => part.message);
    expect(others).toEqual([]);
    expect(first?.kind === 'schema' && first.fields.map(({ column }) => column)).toEqual(COLUMNS);
  });

  it('refuses a vector of no elements', () => {
    const column: WireColumn = { name: 'v', type: 'vector', nullable: true, dimension: 0 };
    expect(() => schemaMessage([column])).toThrow(/dimension of at least 1/);
  });
});
