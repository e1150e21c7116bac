import type { Readable } from 'node:stream';
import type { AddressGuard } from '../../shared/address-guard.ts';
import type { Checksum } from '../checksums.ts';
import type { MediaStore } from '../media-store.ts';
import { AppError } from '../../shared/errors.ts';

/** A copy that failed. The message names no path and no query of a URL: both may be secret. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
  /** Whether a further attempt may succeed. */
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryable = retryable;
  }
}

/** Stores report what a source threw as the cause of an upload that broke off. Returns defects as they are. */
export function toCopyError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.cause instanceof CopyError) return error.cause;
  return new CopyError(error.message, error.status >= 500, error);
}

/** An object of a storage backend. */
interface StoredObject {
  readonly store: MediaStore;
  readonly storagePath: string;
}

/** An object behind an http or https URL that a client gave. */
export interface ExternalObject {
  readonly url: string;
  readonly guard: AddressGuard;
  /** Larger objects are refused. */
  readonly maxBytes: number;
}

export type CopySource = StoredObject | ExternalObject;

/** An opened source. Its opener destroys the body. */
export interface SourceBody {
  readonly body: Readable;
  /** Undefined: the end of the body tells. */
  readonly size: number | undefined;
  readonly maxBytes: number;
  readonly contentType: string | undefined;
  /** Checksums that the source gives for its bytes. */
  readonly checksums: readonly Checksum[];
}

/** Opens an object of a store, with the checksum that the store keeps of it. */
export async function openStored({ store, storagePath }: StoredObject): Promise<SourceBody> {
  const info = await store.head(storagePath);
  // An upload may follow.
  if (info === undefined) throw new CopyError('The source has no bytes.', true);
  const { body, etag, contentType } = await store.get(storagePath);
  if (etag !== info.etag) {
    body.destroy();
    throw new CopyError('The source was replaced while it was opened.', true);
  }
  const { size, checksum } = info;
  return { body, size, maxBytes: size, contentType, checksums: checksum === undefined ? [] : [checksum] };
}
