import { Builder, ByteBuffer } from 'flatbuffers';
import { badRequest } from '../http/protocol-error.ts';

/**
 * Reads a flatbuffers table by slot numbers. Written by hand on purpose: the client generates its code, and
 * the two are not to share one mistake.
 */
export class FlatTable {
  readonly #buffer: ByteBuffer;
  readonly #position: number;

  private constructor(buffer: ByteBuffer, position: number) {
    this.#buffer = buffer;
    this.#position = position;
  }

  /** @throws ProtocolError 400 when the bytes hold no table. */
  static root(bytes: Uint8Array): FlatTable {
    const buffer = new ByteBuffer(bytes);
    if (bytes.length < 8) throw badRequest('the body is not a flatbuffers table');
    return new FlatTable(buffer, buffer.readInt32(0));
  }

  uint8(slot: number): number {
    return this.#scalar(slot, 0, (at) => this.#buffer.readUint8(at));
  }

  int8(slot: number): number {
    return this.#scalar(slot, 0, (at) => this.#buffer.readInt8(at));
  }

  int16(slot: number, otherwise = 0): number {
    return this.#scalar(slot, otherwise, (at) => this.#buffer.readInt16(at));
  }

  uint16(slot: number): number {
    return this.#scalar(slot, 0, (at) => this.#buffer.readUint16(at));
  }

  int32(slot: number): number {
    return this.#scalar(slot, 0, (at) => this.#buffer.readInt32(at));
  }

  uint32(slot: number): number {
    return this.#scalar(slot, 0, (at) => this.#buffer.readUint32(at));
  }

  int64(slot: number): bigint {
    return this.#scalar(slot, 0n, (at) => this.#buffer.readInt64(at));
  }

  uint64(slot: number): bigint {
    return this.#scalar(slot, 0n, (at) => this.#buffer.readUint64(at));
  }

  float32(slot: number): number {
    return this.#scalar(slot, 0, (at) => this.#buffer.readFloat32(at));
  }

  float64(slot: number): number {
    return this.#scalar(slot, 0, (at) => this.#buffer.readFloat64(at));
  }

  boolean(slot: number): boolean {
    return this.uint8(slot) !== 0;
  }

  /** The bytes of a text or of a vector of bytes; null when the field is absent. */
  bytes(slot: number): Buffer | null {
    const at = this.#at(slot);
    if (at === 0) return null;
    const start = this.#buffer.__vector(at);
    const all = this.#buffer.bytes();
    return Buffer.from(all.buffer, all.byteOffset + start, this.#buffer.__vector_len(at));
  }

  text(slot: number): string | null {
    return this.bytes(slot)?.toString('utf8') ?? null;
  }

  table(slot: number): FlatTable | null {
    const at = this.#at(slot);
    return at === 0 ? null : new FlatTable(this.#buffer, this.#buffer.__indirect(at));
  }

  /** The tables of a vector; none when the field is absent. */
  tables(slot: number): FlatTable[] {
    const at = this.#at(slot);
    if (at === 0) return [];
    const start = this.#buffer.__vector(at);
    const length = this.#buffer.__vector_len(at);
    if (length * 4 > this.#buffer.capacity()) throw badRequest('a vector is longer than the body');
    return Array.from(
      { length },
      (_, index) => new FlatTable(this.#buffer, this.#buffer.__indirect(start + index * 4)),
    );
  }

  #at(slot: number): number {
    const offset = this.#buffer.__offset(this.#position, 4 + 2 * slot);
    return offset === 0 ? 0 : this.#position + offset;
  }

  #scalar<Scalar>(slot: number, otherwise: Scalar, read: (at: number) => Scalar): Scalar {
    const at = this.#at(slot);
    return at === 0 ? otherwise : read(at);
  }
}

/** A field that may need something written before its table: a text or a vector. */
export type FieldValue = string | bigint | boolean | null | readonly FlatFields[];

/** Values of a table by slot number; strings and vectors of tables are written before it. */
export type FlatFields = readonly FieldValue[];

/** A buffer with one table. bigint is written as 64 bits, boolean as 8; null leaves a field out. */
export function flatBuffer(fields: FlatFields): Buffer {
  const builder = new Builder(256);
  builder.finish(writeTable(builder, fields));
  return Buffer.from(builder.asUint8Array());
}

function writeTable(builder: Builder, fields: FlatFields): number {
  const offsets = fields.map((value) => {
    if (typeof value === 'string') return builder.createString(value);
    return Array.isArray(value) ? writeVector(builder, value as readonly FlatFields[]) : 0;
  });
  builder.startObject(fields.length);
  fields.forEach((value, slot) => {
    if (typeof value === 'bigint') builder.addFieldInt64(slot, value, 0n);
    else if (typeof value === 'boolean') builder.addFieldInt8(slot, Number(value), 0);
    else if (value !== null) builder.addFieldOffset(slot, offsets[slot] ?? 0, 0);
  });
  return builder.endObject();
}

function writeVector(builder: Builder, tables: readonly FlatFields[]): number {
  const offsets = tables.map((fields) => writeTable(builder, fields));
  builder.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) builder.addOffset(offset);
  return builder.endVector();
}
