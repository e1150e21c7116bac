import type { Readable } from 'node:stream';
import type { OperationSummary } from '../operation/operation-metrics.ts';
import type { Checksum } from './checksums.ts';
import type { CircuitState } from './circuit-breaker.ts';
import type { StorageBackend } from './storage-backend.ts';
import type { UrlCacheCounts } from './url-cache.ts';

/** The request that a client makes to upload an object (TAMS 7.0, `schemas/http-request.json`). */
export interface UploadRequest {
  url: string;
  'content-type'?: string;
  headers?: Record<string, string>;
}

export interface ByteRange {
  readonly start: number;
  /** Inclusive, as in HTTP; undefined means to the end. */
  readonly end?: number;
}

export interface ObjectInfo {
  readonly size: number;
  readonly etag: string;
  readonly contentType?: string;
  readonly lastModified: Date;
  /** The checksum of all bytes, where the store keeps one. Only `head` has to tell. */
  readonly checksum?: Checksum | undefined;
}

export interface ObjectBody extends ObjectInfo {
  readonly body: Readable;
}

export interface ListedObject {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Date;
}

export interface ObjectList {
  readonly objects: ListedObject[];
  /** Present when there is more; pass it back. */
  readonly next?: string;
}

/** An object that storage is allocated for. */
export interface NewObject {
  readonly flowId: string;
  readonly objectId: string;
  /** The media type of its flow's container. */
  readonly container: string;
  readonly allocatedAt: Date;
  /** Random, for an id whose plain path another object has, or had lately. */
  readonly nonce?: string | undefined;
}

/** Counts of a media store since the start. */
export interface MediaStatistics {
  /** URLs for downloads: a hit was signed before, a miss was signed now. */
  readonly urls: UrlCacheCounts;
  /** URLs for uploads, each of which is signed. */
  readonly uploadUrls: number;
  readonly operations: ReadonlyMap<string, OperationSummary>;
  /** Only stores that are reached over a network have these. */
  readonly circuit?: CircuitState;
}

/**
 * One storage backend: it keeps bytes under a storage path and signs URLs on demand. `baseUrl` is
 * the public base of this server for the present request (`https://host/prefix`, no slash at its
 * end); only stores whose URLs point back at this server use it.
 *
 * Every failing operation rejects with AppError `media_store_unavailable` (`storage_full`), or
 * `not_found` where there is no such object.
 */
export interface MediaStore {
  readonly backend: StorageBackend;

  /**
   * Makes the storage path of a new object, once: the row keeps it, and nothing computes it again. No other object ever
   * has it: what an old URL still writes there, or a late request still deletes, is nobody else's.
   * Throws `invalid_request` for an object id that no key can hold.
   */
  makeStoragePath(object: NewObject): string;
  /** A URL to GET the object. URL-safe ASCII, so it needs no escaping in JSON. Does no I/O. */
  presignGet(storagePath: string, baseUrl: string): string;
  /** As `presignGet` for each of them, in their order; cheaper for many. */
  presignGets(storagePaths: readonly string[], baseUrl: string): string[];
  presignPut(storagePath: string, contentType: string | undefined, baseUrl: string): UploadRequest;
  /** An upload without a signature, for which the client's credentials count. Only stores with such URLs have it. */
  plainPut?(storagePath: string, contentType: string | undefined, baseUrl: string): UploadRequest;
  /** A signed URL for a program beside this server, which may reach the store where clients cannot. Only S3 has it. */
  presignOwn?(storagePath: string): string;
  /** An unsigned URL, where the backend has a public base URL. */
  publicUrl(storagePath: string): string | undefined;

  put(storagePath: string, body: Readable | Uint8Array, options?: { contentType?: string }): Promise<ObjectInfo>;
  get(storagePath: string, range?: ByteRange): Promise<ObjectBody>;
  head(storagePath: string): Promise<ObjectInfo | undefined>;
  /**
   * Copies an object of another store without its bytes passing through here, and checks its size. Undefined where the
   * two stores cannot do that.
   */
  copyFrom?(source: MediaStore, fromPath: string, toPath: string): Promise<ObjectInfo | undefined>;
  /** Deleting what is not there is no error. */
  delete(storagePath: string): Promise<void>;
  /** Returns the paths that could not be deleted, with the reason; the others are gone. */
  deleteMany(storagePaths: readonly string[]): Promise<{ path: string; reason: string }[]>;
  /** Objects below a prefix of paths, in pages. */
  list(prefix: string, options?: { limit?: number; after?: string }): Promise<ObjectList>;

  /** Makes the store usable (creates the bucket or the folder). Called once at start. */
  ensureReady(): Promise<void>;
  health(): Promise<void>;
  statistics(): MediaStatistics;
  close(): Promise<void>;
}

export interface UploadOptions {
  readonly contentType?: string | undefined;
  /** Checksums that the client gives for its bytes. */
  readonly checksums?: readonly Checksum[];
}

/** The storage backends of this instance, as the services see them. */
export interface MediaStoreRegistry {
  get(storageId: string): MediaStore | undefined;
  /** The backend for allocations that name none; undefined if clients must name one. */
  readonly default: MediaStore | undefined;
  /** Preferred first. */
  all(): readonly MediaStore[];
}
