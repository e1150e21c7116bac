import https from 'node:https';
import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { ChecksumCheck, checksumsIn } from '../checksums.ts';
import type { MediaStore } from '../media-store.ts';
import {
  CopyError,
  type CopySource,
  type ExternalObject,
  openStored,
  type SourceBody,
  toCopyError,
} from './copy-source.ts';
import { http } from '../../shared/node-http.ts';
import { type AddressGuard, ForbiddenHost } from '../../shared/address-guard.ts';

interface CopiedObject {
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

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Refusals that may pass: timeout, too early, too many requests. */
const PASSING = new Set([408, 425, 429]);

/** Opens an object behind a URL. The guard checks every address that is connected to, also those of redirects. */
async function openExternal(
  { url, guard, maxBytes }: ExternalObject,
  answerMs: number,
  signal: AbortSignal,
): Promise<SourceBody> {
  const { answer, host } = await follow(url, guard, answerMs, signal);
  try {
    const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } = answer.headers;
    if (encoding !== 'identity') throw new CopyError(`${host} sends its object encoded as ${encoding}.`, false);
    const size = lengthOf(answer, host);
    if (size !== undefined && size > maxBytes) {
      throw new CopyError(`The object at ${host} has ${size} bytes; ${maxBytes} are the most.`, false);
    }
    return { body: answer, size, maxBytes, contentType, checksums: checksumsIn(answer.headers).checksums };
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

async function follow(
  first: string,
  guard: AddressGuard,
  answerMs: number,
  signal: AbortSignal,
): Promise<{ answer: IncomingMessage; host: string }> {
  let url = URL.parse(first);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const refusal = url === null ? 'must be an absolute http or https URL' : guard.refusalOf(url);
    if (url === null || refusal !== undefined) throw new CopyError(`The URL of the source ${refusal}.`, false);
    const { host } = url;
    const answer = await answerOf(url, guard, answerMs, signal);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return { answer, host };
    answer.destroy();
    if (!REDIRECTS.has(statusCode) || headers.location === undefined) {
      throw new CopyError(`${host} answered with status ${statusCode}.`, statusCode >= 500 || PASSING.has(statusCode));
    }
    url = URL.parse(headers.location, url.href);
  }
  throw new CopyError(`The source redirects more than ${MAX_REDIRECTS} times.`, false);
}

function answerOf(url: URL, guard: AddressGuard, answerMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? https.request : http.request;
    // A kept connection was perhaps made by somebody who checks no addresses: so each request has its own.
    const headers = { 'accept-encoding': 'identity' };
    const request = send(url, { agent: false, lookup: guard.lookup, signal, headers });
    const timer = setTimeout(() => {
      request.destroy(new CopyError(`${url.host} did not answer within ${answerMs} ms.`, true));
    }, answerMs);
    request.on('error', (error) => {
      reject(error instanceof CopyError ? error : unreachable(url.host, error));
    });
    request.on('close', () => {
      clearTimeout(timer);
    });
    // Unless it is listened to, neither an answer nor an error follows it.
    request.on('upgrade', (_answer, socket) => {
      socket.destroy();
      reject(new CopyError(`${url.host} changes the protocol instead of answering.`, false));
    });
    request.on('response', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    request.end();
  });
}

function unreachable(host: string, error: Error): CopyError {
  if (error instanceof ForbiddenHost)
    return new CopyError(`The source must not be read: ${error.message}.`, false, error);
  // A name with several addresses fails with an error for each of them.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const reason = first instanceof Error ? first.message : String(first);
  return new CopyError(`${host} cannot be read: ${reason}.`, true, error);
}

/** Undefined where the object comes in chunks, the last of which is marked. */
function lengthOf({ headers }: IncomingMessage, host: string): number | undefined {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  if (headers['transfer-encoding'] !== undefined) return undefined;
  throw new CopyError(`${host} does not tell how long its object is, so its end cannot be checked.`, false);
}
