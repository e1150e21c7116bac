import { Buffer } from 'node:buffer';
import { type ByteSource, decodeText, endOfText } from './byte-source.ts';
import { EXR_LIMITS, ExrError, FIRST_CHUNK_BYTES, LARGEST_CHUNK_BYTES } from './exr-error.ts';

/**
 * The bytes of a file from the present position on, as far as they were fetched. Bytes before the position are dropped,
 * so fetching more copies only the bytes of the attribute that is being read.
 */
class HeaderWindow {
  readonly #source: ByteSource;
  #bytes: Buffer = Buffer.alloc(0);
  /** The place of `#bytes` in the file. */
  #start = 0;
  #index = 0;
  #chunk: number = FIRST_CHUNK_BYTES;
  #fetched = 0;
  #reads = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The offset in the file of the next byte. */
  get position(): number {
    return this.#start + this.#index;
  }

  get fetched(): { bytes: number; reads: number } {
    return { bytes: this.#fetched, reads: this.#reads };
  }

  /** How many bytes from the position on are there without fetching. */
  get available(): number {
    return this.#bytes.length - this.#index;
  }

  /** The available bytes begin in here at `index`. Fetching replaces the buffer. */
  get buffer(): Buffer {
    return this.#bytes;
  }

  get index(): number {
    return this.#index;
  }

  /** Moves on by bytes that are available. */
  advance(length: number): void {
    this.#index += length;
  }

  /** Takes bytes that are available. They stay as they are, whatever is fetched later. */
  take(length: number): Buffer {
    const bytes = this.#bytes.subarray(this.#index, this.#index + length);
    this.#index += length;
    return bytes;
  }

  /** Moves on by bytes that need not be available, and does not fetch them. */
  skip(length: number): void {
    this.#checkEnd(length);
    if (length <= this.available) {
      this.#index += length;
      return;
    }
    this.#start = this.position + length;
    this.#bytes = Buffer.alloc(0);
    this.#index = 0;
  }

  /** Makes at least `length` bytes available. Throws ExrError `truncated` or `limit` where that cannot be. */
  async fetch(length: number): Promise<void> {
    if (length <= this.available) return;
    this.#checkEnd(length);
    const from = this.#start + this.#bytes.length;
    const needed = this.position + length - from;
    const allowed = EXR_LIMITS.headerBytes - this.#fetched;
    if (needed > allowed) {
      throw new ExrError('limit', from, `The header takes more than ${EXR_LIMITS.headerBytes} bytes`);
    }
    const wanted = Math.min(needed + this.#chunk, allowed, this.#source.size - from);
    const read = await this.#source.read(from, wanted);
    if (read.length !== wanted) {
      throw new ExrError('truncated', from, `Asked for ${wanted} bytes, the source gave ${read.length}`);
    }
    this.#append(Buffer.from(read.buffer, read.byteOffset, read.byteLength));
    this.#fetched += wanted;
    this.#reads += 1;
    this.#chunk = Math.min(this.#chunk * 2, LARGEST_CHUNK_BYTES);
  }

  #append(read: Buffer): void {
    const rest = this.#bytes.subarray(this.#index);
    this.#start = this.position;
    this.#bytes = rest.length === 0 ? read : Buffer.concat([rest, read]);
    this.#index = 0;
  }

  #checkEnd(length: number): void {
    if (this.position + length > this.#source.size) {
      throw new ExrError('truncated', this.#source.size, 'The file ends within its header');
    }
  }
}

/** An attribute with its undecoded value. */
export interface RawAttribute {
  readonly name: string;
  readonly type: string;
  /** Size of the value, in bytes. */
  readonly size: number;
  /** Offset of the value in the file. */
  readonly offset: number;
  /** The value; only the first 8 bytes of a preview, and none if the value is too large to fetch. */
  readonly bytes: Buffer;
}

export interface RawPart {
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  /** The offset of the byte that ends the part's header. */
  readonly end: number;
}

export interface RawHeader {
  readonly flags: { readonly tiled: boolean; readonly deep: boolean; readonly multiPart: boolean };
  readonly parts: readonly RawPart[];
  /** The header's length in the file, magic number included. */
  readonly length: number;
  /** Bytes and reads that it took. */
  readonly fetched: { readonly bytes: number; readonly reads: number };
}

const MAGIC = 20_000_630;
const VERSION = 2;
const FLAG_TILED = 0x200;
const FLAG_LONG_NAMES = 0x400;
const FLAG_DEEP = 0x800;
const FLAG_MULTI_PART = 0x1000;
const KNOWN_FLAGS = FLAG_TILED | FLAG_LONG_NAMES | FLAG_DEEP | FLAG_MULTI_PART;

/** A preview's width and height come before its pixels. */
const PREVIEW_SIZE_BYTES = 8;

/** Reads the attributes of all parts (OpenEXR File Layout, components one to three). Throws ExrError. */
export async function readRawHeader(source: ByteSource): Promise<RawHeader> {
  const window = new HeaderWindow(source);
  if (source.size < 8) throw new ExrError('not_exr', 0, 'The file is too short to be an OpenEXR file');
  await window.fetch(8);
  const { longNames, ...flags } = readFlags(window.take(8));
  const limit = longNames ? EXR_LIMITS.longNameBytes : EXR_LIMITS.nameBytes;
  const parts: RawPart[] = [];
  let attributeCount = 0;
  do {
    const attributes = new Map<string, RawAttribute>();
    for (;;) {
      const head = scanHead(window, limit) ?? (await fetchHead(window, limit));
      if (head === 'end') break;
      attributeCount += 1;
      if (attributeCount > EXR_LIMITS.attributes) {
        throw new ExrError('limit', window.position, `The header has more than ${EXR_LIMITS.attributes} attributes`);
      }
      if (attributes.has(head.name)) {
        throw new ExrError('malformed', window.position, `The attribute ${quote(head.name)} is there twice`);
      }
      const kept = bytesToKeep(head);
      if (kept > window.available) await window.fetch(kept);
      attributes.set(head.name, takeValue(window, head, kept));
    }
    // An empty header ends the list of a multi-part file, and is a part without attributes anywhere else.
    if (attributes.size === 0 && flags.multiPart && parts.length > 0) break;
    if (parts.length >= EXR_LIMITS.parts) {
      throw new ExrError('limit', window.position, `The header has more than ${EXR_LIMITS.parts} parts`);
    }
    parts.push({ attributes, end: window.position - 1 });
  } while (flags.multiPart);
  return { flags, parts, length: window.position, fetched: window.fetched };
}

/** A name of the file as text for messages: bounded, and without what could break a line. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}...` : name);
}

function readFlags(bytes: Buffer): RawHeader['flags'] & { longNames: boolean } {
  if (bytes.readInt32LE(0) !== MAGIC) throw new ExrError('not_exr', 0, 'The file does not begin as OpenEXR files do');
  const version = bytes.readUInt8(4);
  if (version !== VERSION) throw new ExrError('unsupported', 4, `The file is of version ${version} of OpenEXR, not 2`);
  const flags = bytes.readUInt32LE(4) & ~0xff;
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (has(~KNOWN_FLAGS))
    throw new ExrError('unsupported', 4, `The file has unknown flags, 0x${(flags >>> 0).toString(16)}`);
  if (has(FLAG_TILED) && has(FLAG_DEEP | FLAG_MULTI_PART)) {
    throw new ExrError('malformed', 4, 'The flag of a single tiled image is set together with those of other files');
  }
  return {
    tiled: has(FLAG_TILED),
    deep: has(FLAG_DEEP),
    multiPart: has(FLAG_MULTI_PART),
    longNames: has(FLAG_LONG_NAMES),
  };
}

interface AttributeHead {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

async function fetchHead(window: HeaderWindow, limit: number): Promise<AttributeHead | 'end'> {
  for (;;) {
    await window.fetch(window.available + 1);
    const head = scanHead(window, limit);
    if (head !== undefined) return head;
  }
}

/** Takes the name, type and size of the next attribute; undefined, and nothing taken, where bytes are missing. */
function scanHead(window: HeaderWindow, limit: number): AttributeHead | 'end' | undefined {
  const { buffer, index, position } = window;
  if (window.available === 0) return undefined;
  if (buffer[index] === 0) {
    window.advance(1);
    return 'end';
  }
  const fail = (at: number, message: string): ExrError => new ExrError('malformed', position + at - index, message);
  const nameEnd = endOfText(buffer, index, limit);
  if (nameEnd === 'beyond') throw fail(index, `The name of an attribute is longer than ${limit} bytes`);
  if (nameEnd === undefined) return undefined;
  const typeEnd = endOfText(buffer, nameEnd + 1, limit);
  if (typeEnd === 'beyond') throw fail(nameEnd + 1, `The type of an attribute is longer than ${limit} bytes`);
  if (typeEnd === undefined) return undefined;
  if (typeEnd === nameEnd + 1) throw fail(typeEnd, 'An attribute has no type');
  const valueStart = typeEnd + 5;
  if (buffer.length < valueStart) return undefined;
  const name = decodeText(buffer, index, nameEnd);
  const size = buffer.readInt32LE(typeEnd + 1);
  if (size < 0) throw fail(typeEnd + 1, `The attribute ${quote(name)} has a size of ${size}`);
  window.advance(valueStart - index);
  return { name, type: decodeText(buffer, nameEnd + 1, typeEnd), size };
}

/** Takes a value, of which the bytes to keep are available. */
function takeValue(window: HeaderWindow, { name, type, size }: AttributeHead, kept: number): RawAttribute {
  const offset = window.position;
  const bytes = window.take(kept);
  if (size > kept) window.skip(size - kept);
  return { name, type, size, offset, bytes };
}

function bytesToKeep({ type, size }: AttributeHead): number {
  if (type === 'preview') return Math.min(size, PREVIEW_SIZE_BYTES);
  return size > EXR_LIMITS.valueBytes ? 0 : size;
}
