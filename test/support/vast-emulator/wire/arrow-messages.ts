import { Builder } from 'flatbuffers';
import { RecordBatchReader, RecordBatchStreamWriter, Schema, type DataType, type RecordBatch } from 'apache-arrow';
import { ProtocolError } from '../http/protocol-error.ts';
import type { Value } from '../store/value.ts';
import { columnBuffers, type ColumnBuffers } from './arrow-buffers.ts';
import type { ArrowField } from './arrow-types.ts';

/** Ends an Arrow stream: the mark of a continued stream, and no length. */
export const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

const METADATA_V5 = 4;
const HEADER_RECORD_BATCH = 3;
const CONTINUATION = 0xffffffff;

/** An Arrow stream that tells of fields, and holds no rows. */
export function schemaStream(fields: readonly ArrowField[]): Buffer {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, new Schema([...fields]));
  writer.finish();
  const bytes = writer.toUint8Array(true);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The message of a schema alone. */
export function schemaMessage(fields: readonly ArrowField[]): Buffer {
  return schemaStream(fields).subarray(0, -END_OF_STREAM.length);
}

/** A record batch of one column. */
export function columnMessage(type: DataType, values: readonly Value[]): Buffer {
  return batchMessage(values.length, columnBuffers(type, values));
}

/** A record batch of no columns, which has a length all the same. */
export function countMessage(rows: number): Buffer {
  return batchMessage(rows, { nodes: [], buffers: [] });
}

/**
 * Fields of a message that holds a schema; a stream may follow it or not.
 *
 * @throws ProtocolError 400 when it is none.
 */
export function readFields(body: Buffer): ArrowField[] {
  return malformedAs400('an Arrow schema', () => RecordBatchReader.from(body).open().schema.fields as ArrowField[]);
}

/**
 * The batch of a stream that holds exactly one.
 *
 * @throws ProtocolError 400 when it holds none or several, or is no Arrow stream.
 */
export function readBatch(body: Buffer): RecordBatch {
  return malformedAs400('an Arrow stream of one batch', () => {
    const [batch, ...others] = [...RecordBatchReader.from(body)];
    if (batch === undefined || others.length > 0)
      throw new Error(`it holds ${others.length + (batch ? 1 : 0)} batches`);
    return batch;
  });
}

function malformedAs400<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new ProtocolError(400, 'BadRequest', `the body is not ${what}: ${String(error)}`);
  }
}

function batchMessage(rows: number, { nodes, buffers }: ColumnBuffers): Buffer {
  let bodyLength = 0;
  const places = buffers.map(({ length }) => {
    const place = { offset: bodyLength, length };
    bodyLength += padded(length);
    return place;
  });
  const metadata = batchMetadata(rows, nodes, places, bodyLength);
  const metadataLength = padded(metadata.length + 8);
  const message = Buffer.alloc(metadataLength + bodyLength);
  message.writeUInt32LE(CONTINUATION, 0);
  message.writeInt32LE(metadataLength - 8, 4);
  message.set(metadata, 8);
  buffers.forEach((bytes, index) => message.set(bytes, metadataLength + (places[index]?.offset ?? 0)));
  return message;
}

/** Message { version, header_type, header: RecordBatch { length, nodes, buffers }, bodyLength } of Arrow's Message.fbs. */
function batchMetadata(
  rows: number,
  nodes: ColumnBuffers['nodes'],
  places: readonly { offset: number; length: number }[],
  bodyLength: number,
): Uint8Array {
  const builder = new Builder(256);
  builder.startVector(16, places.length, 8);
  for (const { offset, length } of places.toReversed()) addPair(builder, offset, length);
  const buffersAt = builder.endVector();
  builder.startVector(16, nodes.length, 8);
  for (const { length, nulls } of nodes.toReversed()) addPair(builder, length, nulls);
  const nodesAt = builder.endVector();
  builder.startObject(3);
  builder.addFieldInt64(0, BigInt(rows), 0n);
  builder.addFieldOffset(1, nodesAt, 0);
  builder.addFieldOffset(2, buffersAt, 0);
  const batchAt = builder.endObject();
  builder.startObject(4);
  builder.addFieldInt64(3, BigInt(bodyLength), 0n);
  builder.addFieldOffset(2, batchAt, 0);
  builder.addFieldInt16(0, METADATA_V5, 0);
  builder.addFieldInt8(1, HEADER_RECORD_BATCH, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

function addPair(builder: Builder, first: number, second: number): void {
  builder.prep(8, 16);
  builder.writeInt64(BigInt(second));
  builder.writeInt64(BigInt(first));
}

function padded(length: number): number {
  return (length + 7) & ~7;
}
