import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type Checksum, ChecksumCheck } from './checksums.ts';
import type { ByteRange, ObjectBody, ObjectInfo } from './media-store.ts';
import { AppError } from '../shared/errors.ts';

/*
 * A file of the local media store: the bytes of the object, then JSON of its ETag and content type, then the length of
 * that JSON (uint32, big-endian), then a mark. All is in one file so that one rename publishes all of it: an object is
 * never seen with half its bytes, nor with the content type of another upload.
 */
const MARK = Buffer.from('TAMSOBJ1', 'latin1');
const FOOTER_BYTES = 4 + MARK.length;
/** Enough for the trailer of any usual content type, so that one read gets it. */
const TAIL_BYTES = 512;
const READ_CHUNK_BYTES = 256 * 1024;

interface Trailer {
  etag: string;
  contentType?: string;
}

interface WriteOptions {
  readonly contentType: string | undefined;
  readonly checksums: readonly Checksum[];
  readonly maxBytes: number;
  /** Called before each part is written; what it throws ends the upload. */
  readonly beforeWrite: (bytes: number) => Promise<void> | undefined;
}

/**
 * Writes a new file at `file` and syncs it to disk. Throws `payload_too_large` as soon as the body exceeds `maxBytes`,
 * `invalid_request` when the body breaks off, and `checksum_mismatch`. The body is not destroyed on failure, since an
 * HTTP request has to stay open for its answer.
 */
export async function writeObjectFile(
  file: string,
  body: Readable | Uint8Array,
  { contentType, checksums, maxBytes, beforeWrite }: WriteOptions,
): Promise<ObjectInfo> {
  const handle = await open(file, 'wx');
  try {
    const sha256 = createHash('sha256');
    const check = new ChecksumCheck(checksums);
    let size = 0;
    for await (const chunk of chunksOf(body)) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new AppError('payload_too_large', `An object may have ${maxBytes} bytes at most.`);
      }
      sha256.update(chunk);
      check.update(chunk);
      await beforeWrite(chunk.length);
      await writeAll(handle, chunk);
    }
    const mismatch = check.mismatch();
    if (mismatch !== undefined) {
      throw new AppError('checksum_mismatch', `The bytes do not have the ${mismatch} that was sent; send them again.`);
    }
    const etag = sha256.digest('hex');
    await writeAll(handle, trailerOf({ etag, contentType }));
    await handle.sync();
    const { mtime } = await handle.stat();
    return { size, etag, contentType, lastModified: mtime, checksum: checksumOfTag(etag) };
  } finally {
    await handle.close();
  }
}

/** Information on the object in an open file. */
export async function readObjectInfo(handle: FileHandle): Promise<ObjectInfo> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new AppError('not_found', 'There is no such media object.');
  let tail = await readTail(handle, stat.size, TAIL_BYTES);
  const footer = tail.subarray(-FOOTER_BYTES);
  if (footer.length < FOOTER_BYTES || !footer.subarray(4).equals(MARK)) throw damaged();
  const trailerBytes = footer.readUInt32BE(0) + FOOTER_BYTES;
  if (trailerBytes > stat.size) throw damaged();
  if (trailerBytes > tail.length) tail = await readTail(handle, stat.size, trailerBytes);
  const json = tail.subarray(tail.length - trailerBytes, tail.length - FOOTER_BYTES).toString('utf8');
  const { etag, contentType } = JSON.parse(json) as Trailer;
  return { size: stat.size - trailerBytes, etag, contentType, lastModified: stat.mtime, checksum: checksumOfTag(etag) };
}

/** The ETag is the SHA-256 in hex. */
const checksumOfTag = (etag: string): Checksum => ({
  algorithm: 'sha256',
  value: Buffer.from(etag, 'hex').toString('base64'),
});

/** Opens the object's file for reading; a symbolic link in its place is refused. */
export async function openObjectFile(file: string): Promise<FileHandle> {
  return open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
}

/**
 * The object in an open file, which its body closes when it ends or is destroyed. Throws `range_not_satisfiable` for a
 * range that starts behind the last byte.
 */
export async function readObjectBody(handle: FileHandle, range: ByteRange | undefined): Promise<ObjectBody> {
  const info = await readObjectInfo(handle);
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? info.size - 1, info.size - 1);
  if (range !== undefined && (start >= info.size || end < start)) {
    throw new AppError('range_not_satisfiable', `The object has ${info.size} bytes; ask for a range within them.`);
  }
  if (info.size === 0) {
    await handle.close();
    return { ...info, body: Readable.from([]) };
  }
  return { ...info, body: handle.createReadStream({ start, end, highWaterMark: READ_CHUNK_BYTES }) };
}

async function* chunksOf(body: Readable | Uint8Array): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array | string>;
  try {
    while (true) {
      let next: IteratorResult<Uint8Array | string>;
      try {
        next = await chunks.next();
      } catch (cause) {
        throw new AppError('invalid_request', 'The upload broke off before its end; send it again.', { cause });
      }
      if (next.done === true) return;
      yield typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
    }
  } finally {
    // Lets go of the stream, so that what is left of a failed upload can be drained and its connection used again.
    // It may fail after that: without a listener, its error would end the process.
    body.on('error', () => undefined);
    await chunks.return?.();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await handle.write(bytes, written)).bytesWritten;
  }
}

function trailerOf(trailer: Trailer): Buffer {
  const json = Buffer.from(JSON.stringify(trailer), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([json, length, MARK]);
}

async function readTail(handle: FileHandle, size: number, bytes: number): Promise<Buffer> {
  const length = Math.min(size, bytes);
  const tail = Buffer.alloc(length);
  const { bytesRead } = await handle.read(tail, 0, length, size - length);
  return tail.subarray(0, bytesRead);
}

function damaged(): AppError {
  return new AppError('media_store_unavailable', 'The file of this media object is damaged; upload it again.');
}
