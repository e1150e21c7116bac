import { Buffer as BufferRegion } from 'apache-arrow/fb/buffer';
import { FieldNode } from 'apache-arrow/fb/field-node';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Builder, type Offset } from 'flatbuffers';
import { addSchema } from './arrow-fields.ts';
import type { WireColumn } from './wire-column.ts';

/**
 * Arrow's IPC messages (https://arrow.apache.org/docs/format/Columnar.html, "Encapsulated message format"):
 * a marker, the length of the metadata, the metadata, then the body. All parts are padded to 8 bytes.
 */

export const CONTINUATION = 0xffff_ffff;
/** Bytes of marker and length. */
export const PREFIX_BYTES = 8;

export const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/** Length of one node of a batch and count of its nulls. */
export type NodeLayout = readonly [length: number, nulls: number];

/** The next multiple of 8. */
export const padded = (bytes: number): number => (bytes + 7) & ~7;

/** The message of a schema, whole: it has no body. */
export function schemaMessage(columns: readonly WireColumn[]): Uint8Array {
  const builder = new Builder(128 + columns.length * 96);
  return encapsulate(builder, MessageHeader.Schema, addSchema(builder, columns), 0);
}

/**
 * The message of a batch up to its body, which holds the buffers one after the other, each padded.
 *
 * @param buffers their lengths in bytes, without the padding.
 */
export function batchMessageHead(rows: number, nodes: readonly NodeLayout[], buffers: readonly number[]): Uint8Array {
  const builder = new Builder(256 + nodes.length * 16 + buffers.length * 16);
  let bodyBytes = 0;
  for (const length of buffers) bodyBytes += padded(length);

  // Vectors of structs are written from their end.
  RecordBatch.startBuffersVector(builder, buffers.length);
  let offset = bodyBytes;
  for (const length of buffers.toReversed()) {
    offset -= padded(length);
    BufferRegion.createBuffer(builder, BigInt(offset), BigInt(length));
  }
  const buffersVector = builder.endVector();
  RecordBatch.startNodesVector(builder, nodes.length);
  for (const [length, nulls] of nodes.toReversed()) FieldNode.createFieldNode(builder, BigInt(length), BigInt(nulls));
  const nodesVector = builder.endVector();

  RecordBatch.startRecordBatch(builder);
  RecordBatch.addLength(builder, BigInt(rows));
  RecordBatch.addNodes(builder, nodesVector);
  RecordBatch.addBuffers(builder, buffersVector);
  return encapsulate(builder, MessageHeader.RecordBatch, RecordBatch.endRecordBatch(builder), bodyBytes);
}

function encapsulate(builder: Builder, type: MessageHeader, header: Offset, bodyBytes: number): Uint8Array {
  Message.finishMessageBuffer(
    builder,
    Message.createMessage(builder, MetadataVersion.V5, type, header, BigInt(bodyBytes), 0),
  );
  const metadata = builder.asUint8Array();
  const message = new Uint8Array(PREFIX_BYTES + padded(metadata.length));
  const view = new DataView(message.buffer);
  view.setUint32(0, CONTINUATION, true);
  view.setUint32(4, padded(metadata.length), true);
  message.set(metadata, PREFIX_BYTES);
  return message;
}
