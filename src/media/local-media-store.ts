import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type {
  ByteRange,
  ListedObject,
  MediaStatistics,
  MediaStore,
  NewObject,
  ObjectBody,
  ObjectInfo,
  ObjectList,
  UploadOptions,
  UploadRequest,
} from './media-store.ts';
import type { StorageBackend } from './storage-backend.ts';
import { OperationMetrics } from '../operation/operation-metrics.ts';
import type { DiskReserve } from '../operation/disk-reserve.ts';
import { AppError } from '../shared/errors.ts';
import { LocalUrlSigner, type LocalUrlSignerOptions } from './local-url-signer.ts';
import { openObjectFile, readObjectBody, readObjectInfo, writeObjectFile } from './object-file.ts';
import { codeOf, listPaths, NO_SUCH_OBJECT, ObjectFolder } from './object-folder.ts';
import { makeStoragePath } from './storage-path.ts';

const DEFAULT_LIST_LIMIT = 1000;
/** File operations at once in a batch: as many as libuv runs by default. */
const BATCH_CONCURRENCY = 4;

export interface LocalMediaStoreOptions extends Omit<LocalUrlSignerOptions, 'storageId'> {
  readonly backend: StorageBackend;
  readonly directory: string;
  readonly maxObjectBytes: number;
  /** The reserve of the folder's disk. */
  readonly reserve?: DiskReserve;
  readonly metrics?: OperationMetrics;
}

/**
 * Media objects as files in a folder, under signed URLs that lead back to this server:
 * `{baseUrl}/media/{storage id}/{storage path}?...`.
 */
export class LocalMediaStore implements MediaStore {
  readonly backend: StorageBackend;
  /** Larger uploads are refused with `payload_too_large`, before or while they arrive. */
  readonly maxObjectBytes: number;
  readonly #folder: ObjectFolder;
  readonly #reserve: DiskReserve | undefined;
  readonly #signer: LocalUrlSigner;
  readonly #metrics: OperationMetrics;
  #uploadUrls = 0;

  constructor(options: LocalMediaStoreOptions) {
    this.backend = options.backend;
    this.maxObjectBytes = options.maxObjectBytes;
    this.#folder = new ObjectFolder(options.directory);
    this.#reserve = options.reserve;
    this.#metrics = options.metrics ?? new OperationMetrics();
    this.#signer = new LocalUrlSigner({ ...options, storageId: options.backend.id });
  }

  makeStoragePath(object: NewObject): string {
    return makeStoragePath('', object);
  }

  presignGet(storagePath: string, baseUrl: string): string {
    return baseUrl + this.#signer.signGet(storagePath);
  }

  presignGets(storagePaths: readonly string[], baseUrl: string): string[] {
    return storagePaths.map((path) => this.presignGet(path, baseUrl));
  }

  presignPut(storagePath: string, contentType: string | undefined, baseUrl: string): UploadRequest {
    this.#uploadUrls++;
    const url = baseUrl + this.#signer.signPut(storagePath, contentType);
    return contentType === undefined ? { url } : { url, 'content-type': contentType };
  }

  plainPut(storagePath: string, contentType: string | undefined, baseUrl: string): UploadRequest {
    const url = baseUrl + this.#signer.addressOf(storagePath);
    return contentType === undefined ? { url } : { url, 'content-type': contentType };
  }

  /**
   * Throws `invalid_signature` unless the query was signed by this store for this method and path,
   * and has not expired. Returns what was signed for a PUT: the content type, if any.
   */
  authorize(
    method: 'GET' | 'PUT',
    storagePath: string,
    query: Readonly<Record<string, unknown>>,
  ): { contentType: string | undefined } {
    return this.#signer.verify(method, storagePath, query);
  }

  /** Objects of this store are reached by signed URLs only. */
  publicUrl(): undefined {
    return undefined;
  }

  statistics(): MediaStatistics {
    return {
      urls: this.#signer.cacheCounts(),
      uploadUrls: this.#uploadUrls,
      operations: this.#metrics.snapshot(),
    };
  }

  /**
   * Writes the object; it can be read when all of it is on disk, and not before. Throws `payload_too_large`,
   * `invalid_request` when the body breaks off, and `checksum_mismatch`. On failure nothing stays behind, and the body is
   * not destroyed.
   */
  async put(
    storagePath: string,
    body: Readable | Uint8Array,
    { contentType, checksums = [] }: UploadOptions = {},
  ): Promise<ObjectInfo> {
    return this.#run('put', async () => {
      const upload = this.#folder.newUpload(storagePath);
      try {
        const info = await writeObjectFile(upload, body, {
          contentType,
          checksums,
          maxBytes: this.maxObjectBytes,
          beforeWrite: (bytes) => this.#reserve?.take(bytes),
        });
        await this.#folder.publish(upload, storagePath);
        return info;
      } catch (error) {
        await this.#folder.discard(upload);
        throw error;
      }
    });
  }

  /** The caller must read the body to its end or destroy it. */
  async get(storagePath: string, range?: ByteRange): Promise<ObjectBody> {
    return this.#run('get', async () => {
      const handle = await found(() => this.#open(storagePath));
      try {
        return await readObjectBody(handle, range);
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async head(storagePath: string): Promise<ObjectInfo | undefined> {
    return this.#run('head', () => infoOf(() => this.#open(storagePath)));
  }

  async delete(storagePath: string): Promise<void> {
    await this.#run('delete', async () => {
      await this.#folder.remove(storagePath);
      await this.#folder.removeEmptyFolders([storagePath]);
    });
  }

  deleteMany(storagePaths: readonly string[]): Promise<{ path: string; reason: string }[]> {
    return this.#run('delete_many', () => this.#deleteEach(storagePaths));
  }

  async list(prefix: string, options: { limit?: number; after?: string } = {}): Promise<ObjectList> {
    const { limit = DEFAULT_LIST_LIMIT, after = '' } = options;
    return this.#run('list', async () => {
      const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      const folder = this.#folder.folderOf(base.slice(0, -1));
      const objects: ListedObject[] = [];
      for await (const { path, file } of listPaths(folder, base, prefix, after)) {
        const last = objects.at(-1);
        if (objects.length === limit && last !== undefined) return { objects, next: last.path };
        const info = await infoOf(() => openObjectFile(file));
        // It was deleted since its folder was read.
        if (info === undefined) continue;
        const { size, etag, lastModified } = info;
        objects.push({ path, size, etag, lastModified });
      }
      return { objects };
    });
  }

  async ensureReady(): Promise<void> {
    await this.#run('ensure_ready', () => this.#folder.prepare());
  }

  async health(): Promise<void> {
    await this.#run('health', () => this.#folder.checkAccess());
  }

  /** There is nothing to close: files are open during an operation only. */
  async close(): Promise<void> {
    // Nothing is kept open.
  }

  async #deleteEach(storagePaths: readonly string[]): Promise<{ path: string; reason: string }[]> {
    const failed: { path: string; reason: string }[] = [];
    const removed: string[] = [];
    const queue = storagePaths.values();
    const worker = async (): Promise<void> => {
      for (const path of queue) {
        try {
          await translate(() => this.#folder.remove(path));
          removed.push(path);
        } catch (error) {
          failed.push({ path, reason: error instanceof Error ? error.message : String(error) });
        }
      }
    };
    await Promise.all(Array.from({ length: BATCH_CONCURRENCY }, worker));
    await this.#folder.removeEmptyFolders(removed);
    return failed;
  }

  /** Times an operation. Errors of the request, such as a missing object, are no failures of the store. */
  async #run<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    let ok = true;
    try {
      return await translate(work);
    } catch (error) {
      ok = error instanceof AppError && error.status < 500;
      throw error;
    } finally {
      this.#metrics.record(operation, performance.now() - start, ok);
    }
  }

  async #open(storagePath: string): Promise<FileHandle> {
    return openObjectFile(await this.#folder.fileOf(storagePath));
  }
}

/** Undefined where there is no such object. */
async function infoOf(open: () => Promise<FileHandle>): Promise<ObjectInfo | undefined> {
  try {
    const handle = await found(open);
    try {
      return await readObjectInfo(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** For operations on an object that has to exist: the errors that say it does not become `not_found`. */
async function found<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!NO_SUCH_OBJECT.has(codeOf(error))) throw error;
    throw new AppError('not_found', 'There is no media object at this path.', { cause: error });
  }
}

/** Gives errors of the file system their meaning to a client; the paths in their messages stay here. */
async function translate<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const summary = 'The local media store has no space left; free some, or add a disk.';
      throw new AppError('storage_full', summary, { cause: error });
    }
    const summary = `The local media store failed (${code || 'no code'}); the log has the cause.`;
    throw new AppError('media_store_unavailable', summary, { cause: error });
  }
}
