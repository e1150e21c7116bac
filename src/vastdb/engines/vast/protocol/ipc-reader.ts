import { Buffer as BufferRegion } from 'apache-arrow/fb/buffer';
import { Field } from 'apache-arrow/fb/field';
import { FieldNode } from 'apache-arrow/fb/field-node';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import { ByteBuffer } from 'flatbuffers';
import { readField } from './arrow-fields.ts';
import { CONTINUATION, PREFIX_BYTES } from './ipc-messages.ts';
import { malformed, readOrRefuse } from './malformed.ts';
import type { WireColumn } from './wire-column.ts';

export type IpcMessage = IpcSchema | IpcBatch;

interface IpcSchema {
  readonly kind: 'schema';
  readonly fields: readonly IpcField[];
  readonly bodyBytes: number;
}

/** `column` is undefined where none of our types fits. */
export interface IpcField {
  readonly name: string;
  readonly column: WireColumn | undefined;
  /** Such as `Timestamp`, of those of Arrow. */
  readonly typeName: string;
}

/** A batch whose numbers are not checked against its body yet. */
export interface IpcBatch {
  readonly kind: 'batch';
  readonly rows: number;
  /** Length and count of nulls of each node, in turn. */
  readonly nodes: readonly number[];
  /** Offset in the body and length of each buffer, in turn. */
  readonly buffers: readonly number[];
  readonly bodyBytes: number;
}

/** Longer metadata stands for no table of ours: the count of columns bounds it. */
const METADATA_MAX_BYTES = 4 * 1024 * 1024;
/** Limit of one column of one page. Memory is allocated as bytes arrive, never for an announced length. */
const BODY_MAX_BYTES = 1024 * 1024 * 1024;
const FIELDS_MAX = 10_000;

/** Bytes of the metadata that follow a prefix; 0 is the end of the stream. */
export function metadataBytes(prefix: Buffer): number {
  if (prefix.readUInt32LE(0) !== CONTINUATION) throw malformed('an Arrow message does not begin as one');
  const length = prefix.readUInt32LE(4);
  if (length > METADATA_MAX_BYTES) throw malformed(`metadata of ${length} bytes is announced`);
  return length;
}

export function readMetadata(bytes: Uint8Array): IpcMessage {
  return readOrRefuse('the metadata of an Arrow message', () => {
    const message = Message.getRootAsMessage(new ByteBuffer(bytes));
    const bodyBytes = countOf(message.bodyLength(), BODY_MAX_BYTES);
    switch (message.headerType()) {
      case MessageHeader.Schema:
        return { kind: 'schema', fields: readFields(message), bodyBytes };
      case MessageHeader.RecordBatch:
        return readBatch(message, bodyBytes);
      default:
        throw malformed('an Arrow message is neither a schema nor a batch');
    }
  });
}

/** The messages of a whole Arrow stream, with their bodies, up to its end. */
export function* readStream(bytes: Buffer): Generator<{ readonly message: IpcMessage; readonly body: Buffer }> {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw malformed('an Arrow stream ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const length = metadataBytes(take(PREFIX_BYTES));
    if (length === 0) return;
    const message = readMetadata(take(length));
    yield { message, body: aligned(take(message.bodyBytes)) };
  }
}

/** The same bytes where numbers of 8 bytes can be read in place. */
export function aligned(bytes: Buffer): Buffer {
  if (bytes.byteOffset % 8 === 0) return bytes;
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function readFields(message: Message): IpcField[] {
  const schema = message.header(new Schema()) as Schema | null;
  if (schema === null) throw malformed('a schema is missing');
  const count = countOf(BigInt(schema.fieldsLength()), FIELDS_MAX);
  return Array.from({ length: count }, (_, index) => {
    const field = schema.fields(index, new Field());
    if (field === null) throw malformed('a field of a schema is missing');
    const typeName = Type[field.typeType()];
    return { name: field.name() ?? '', column: readField(field), typeName };
  });
}

function readBatch(message: Message, bodyBytes: number): IpcBatch {
  const batch = message.header(new RecordBatch()) as RecordBatch | null;
  if (batch === null) throw malformed('a batch is missing');
  if (batch.compression() !== null) throw malformed('a batch is compressed, which was not asked for');
  const nodes: number[] = [];
  const node = new FieldNode();
  const nodeCount = countOf(BigInt(batch.nodesLength()), FIELDS_MAX);
  for (let index = 0; index < nodeCount; index += 1) {
    batch.nodes(index, node);
    nodes.push(countOf(node.length()), Number(node.nullCount()));
  }
  const buffers: number[] = [];
  const region = new BufferRegion();
  const bufferCount = countOf(BigInt(batch.buffersLength()), FIELDS_MAX);
  for (let index = 0; index < bufferCount; index += 1) {
    batch.buffers(index, region);
    buffers.push(countOf(region.offset()), countOf(region.length()));
  }
  return { kind: 'batch', rows: countOf(batch.length()), nodes, buffers, bodyBytes };
}

function countOf(value: bigint, most = Number.MAX_SAFE_INTEGER): number {
  if (value < 0n || value > BigInt(most)) throw malformed(`a count of ${value} is announced`);
  return Number(value);
}
