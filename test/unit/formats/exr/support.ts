import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ByteSource } from '../../../../src/formats/exr/header/byte-source.ts';
import { type ExrHeader, readExrHeader } from '../../../../src/formats/exr/header/header.ts';
import { type WrittenAttribute, writeHeader } from '../../../support/exr-writer.ts';

const FIXTURES = new URL('../../../fixtures/exr/', import.meta.url);

export const FIXTURE_NAMES: readonly string[] = readdirSync(FIXTURES).filter((name) => name.endsWith('.exr'));

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(name, FIXTURES));
}

export function fixture(name: string): Buffer {
  return readFileSync(fixturePath(name));
}

/** Bytes as a source that keeps what was read of them, and refuses what no caller may ask for. */
export class WatchedSource implements ByteSource {
  readonly #bytes: Uint8Array;
  readonly ranges: { offset: number; length: number }[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  get bytesRead(): number {
    return this.ranges.reduce((total, { length }) => total + length, 0);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!Number.isInteger(offset) || !Number.isInteger(length) || offset < 0 || length < 1) {
      throw new RangeError(`read of ${length} bytes at ${offset}`);
    }
    if (offset + length > this.size) throw new RangeError(`read of ${length} bytes at ${offset} of ${this.size}`);
    this.ranges.push({ offset, length });
    return this.#bytes.subarray(offset, offset + length);
  }
}

export function readBytes(bytes: Uint8Array): Promise<ExrHeader> {
  return readExrHeader(new WatchedSource(bytes));
}

/** The header of a file of one flat part with these attributes. */
export function readPart(attributes: readonly WrittenAttribute[], flags = 0): Promise<ExrHeader> {
  return readBytes(writeHeader({ flags, parts: [attributes] }));
}
