import { Readable } from 'node:stream';
import { ChecksumCheck } from '../checksums.ts';
import type { MediaStore } from '../media-store.ts';
import { CopyError, toCopyError } from './copy-error.ts';
import { type CopySource, openStored, type SourceBody } from './copy-source.ts';
import { openExternal } from './external-source.ts';

export interface CopiedObject {
  readonly size: number;
  readonly contentType: string | undefined;
}

interface CopyLimits {
  /** How long a source may take to answer, and for each `STALL_MIN_BYTES`. */
  readonly stallMs: number;
  /** For the whole copy. */
  readonly totalMs: number;
}

const COPY_LIMITS: CopyLimits = { stallMs: 30_000, totalMs: 6 * 3_600_000 };
/** A source that sends less than this in the time is as good as one that sends nothing. */
const STALL_MIN_BYTES = 256 * 1024;

/**
 * Copies an object to a path of a store, with its content type. The copy can be read when all of it is there and its
 * size, and the checksum that the source has of it, are right; a copy that fails or is aborted leaves nothing. Memory
 * is bounded whatever the size. Within one S3 service the bytes do not pass through here, and an abort is too late.
 *
 * Rejects with CopyError, or with the signal's reason.
 */
export async function copyObject(
  source: CopySource,
  target: MediaStore,
  path: string,
  signal: AbortSignal,
  limits: CopyLimits = COPY_LIMITS,
): Promise<CopiedObject> {
  signal.throwIfAborted();
  const timeUp = AbortSignal.timeout(limits.totalMs);
  try {
    if ('store' in source) {
      const copied = await target.copyFrom?.(source.store, source.storagePath, path);
      if (copied !== undefined) return { size: copied.size, contentType: copied.contentType };
    }
    return await stream(source, target, path, AbortSignal.any([signal, timeUp]), limits.stallMs);
  } catch (error) {
    signal.throwIfAborted();
    if (timeUp.aborted) throw new CopyError(`The copy took longer than ${limits.totalMs / 1000} s.`, true, error);
    throw toCopyError(error);
  }
}

async function stream(
  source: CopySource,
  target: MediaStore,
  path: string,
  signal: AbortSignal,
  stallMs: number,
): Promise<CopiedObject> {
  const opened = 'store' in source ? await openStored(source) : await openExternal(source, stallMs, signal);
  const { body, contentType } = opened;
  const stop = (): void => {
    body.destroy(signal.reason as Error);
  };
  // The reader of the body gets its errors; it may be destroyed before anybody reads.
  body.on('error', () => undefined);
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    const progress = { bytes: 0 };
    const { size } = await target.put(path, Readable.from(checked(opened, progress, stallMs)), { contentType });
    if (size === progress.bytes) return { size, contentType };
    await target.delete(path);
    throw new CopyError(`The copy has ${size} bytes instead of ${progress.bytes}; it was removed.`, true);
  } finally {
    signal.removeEventListener('abort', stop);
    body.destroy();
  }
}

/**
 * The bytes of the source. Fails before its end where anything is wrong, so that no store makes them visible. Only the
 * source is timed: a target that is slow to take them has time limits of its own.
 */
async function* checked(source: SourceBody, progress: { bytes: number }, stallMs: number): AsyncGenerator<Uint8Array> {
  const { body, size, maxBytes, checksums } = source;
  const check = new ChecksumCheck(checksums);
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  let waitedMs = 0;
  let sinceStall = 0;
  for (;;) {
    const start = performance.now();
    const { value: chunk, done } = await nextOf(chunks, body, stallMs - waitedMs);
    if (done === true) break;
    progress.bytes += chunk.length;
    if (progress.bytes > maxBytes) throw new CopyError(`The source has more than ${maxBytes} bytes.`, false);
    waitedMs += performance.now() - start;
    sinceStall += chunk.length;
    if (sinceStall >= STALL_MIN_BYTES) waitedMs = sinceStall = 0;
    check.update(chunk);
    yield chunk;
  }
  if (size !== undefined && progress.bytes !== size) {
    throw new CopyError(`The source ended after ${progress.bytes} of ${size} bytes.`, true);
  }
  const mismatch = check.mismatch();
  if (mismatch !== undefined) throw new CopyError(`The bytes of the source do not have its ${mismatch}.`, true);
}

async function nextOf(
  chunks: AsyncIterator<Uint8Array, undefined>,
  body: Readable,
  waitMs: number,
): Promise<IteratorResult<Uint8Array, undefined>> {
  const timer = setTimeout(() => {
    body.destroy(new CopyError('The source stands still, or all but.', true));
  }, waitMs);
  try {
    return await chunks.next();
  } catch (error) {
    throw error instanceof CopyError ? error : new CopyError('The source broke off before its end.', true, error);
  } finally {
    clearTimeout(timer);
  }
}
