import { Buffer } from 'node:buffer';

/*
 * Writes headers of OpenEXR files as the file layout says, or with whatever is wrong about them: for what the tools
 * cannot write.
 */

export interface WrittenAttribute {
  readonly name: string;
  readonly type: string;
  readonly value: Buffer;
  /** What the header says of the value's size, if not the truth. */
  readonly size?: number;
}

export const FLAGS = { tiled: 0x200, longNames: 0x400, deep: 0x800, multiPart: 0x1000 } as const;

export interface WrittenFile {
  /** Added up. */
  readonly flags?: number;
  readonly version?: number;
  readonly parts: readonly (readonly WrittenAttribute[])[];
}

export function writeHeader({ flags = 0, version = 2, parts }: WrittenFile): Buffer {
  const pieces = [int(20_000_630), int(version | flags)];
  for (const attributes of parts) pieces.push(...attributes.map(writeAttribute), Buffer.of(0));
  if ((flags & FLAGS.multiPart) !== 0) pieces.push(Buffer.of(0));
  return Buffer.concat(pieces);
}

/** The bytes that each file must have; `changes` replaces attributes by name, and adds others. */
export function requiredAttributes(...changes: readonly WrittenAttribute[]): WrittenAttribute[] {
  const attributes = [
    attribute('channels', 'chlist', channels({ name: 'R' }, { name: 'G' }, { name: 'B' })),
    attribute('compression', 'compression', Buffer.of(3)),
    attribute('dataWindow', 'box2i', int(0, 0, 1919, 1079)),
    attribute('displayWindow', 'box2i', int(0, 0, 1919, 1079)),
    attribute('lineOrder', 'lineOrder', Buffer.of(0)),
    attribute('pixelAspectRatio', 'float', float(1)),
    attribute('screenWindowCenter', 'v2f', float(0, 0)),
    attribute('screenWindowWidth', 'float', float(1)),
  ];
  const names = new Set(changes.map(({ name }) => name));
  return [...attributes.filter(({ name }) => !names.has(name)), ...changes];
}

/** A part of a multi-part or deep file. */
export function namedPart(name: string, type: string, ...changes: readonly WrittenAttribute[]): WrittenAttribute[] {
  return requiredAttributes(
    attribute('name', 'string', Buffer.from(name)),
    attribute('type', 'string', Buffer.from(type)),
    attribute('chunkCount', 'int', int(68)),
    ...changes,
  );
}

export function attribute(name: string, type: string, value: Buffer, size?: number): WrittenAttribute {
  return { name, type, value, size };
}

export interface WrittenChannel {
  readonly name: string;
  /** 0 uint, 1 half (the default), 2 float. */
  readonly type?: number;
  readonly sampling?: readonly [number, number];
  readonly linear?: boolean;
}

export function channels(...list: readonly WrittenChannel[]): Buffer {
  const entries = list.map(({ name, type = 1, sampling = [1, 1], linear = false }) =>
    Buffer.concat([Buffer.from(`${name}\0`), int(type), Buffer.of(linear ? 1 : 0, 0, 0, 0), int(...sampling)]),
  );
  return Buffer.concat([...entries, Buffer.of(0)]);
}

export function int(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32LE(value | 0, index * 4));
  return bytes;
}

export function float(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes;
}

export function double(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeDoubleLE(value, index * 8));
  return bytes;
}

function writeAttribute({ name, type, value, size = value.length }: WrittenAttribute): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0${type}\0`), int(size), value]);
}
