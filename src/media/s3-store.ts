import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type {
  ByteRange,
  MediaStatistics,
  MediaStore,
  NewObject,
  ObjectBody,
  ObjectInfo,
  ObjectList,
  UploadRequest,
} from './media-store.ts';
import type { StorageBackend } from './storage-backend.ts';
import { OperationMetrics } from '../operation/operation-metrics.ts';
import { AppError } from '../shared/errors.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { environmentCredentials, type S3Credentials, SigningCredentials } from './s3-credentials.ts';
import {
  awsEndpoint,
  bucketExists,
  createBucket,
  createS3Client,
  getSigned,
  infoOf,
  type S3ClientOptions,
  unquoted,
} from './s3-client.ts';
import { isMissing, isStoreFault, toAppError } from './s3-errors.ts';
import { S3UrlSigner } from './s3-url-signer.ts';
import { makeStoragePath } from './storage-path.ts';

/** S3's limit for one DeleteObjects request, and for one page of a listing. */
const MAX_BATCH = 1000;
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 4;
const MAX_COPY_BYTES = 2 ** 30;

export interface S3StoreOptions extends Omit<S3ClientOptions, 'credentials' | 'endpoint'> {
  /** URL of the service as this server reaches it; undefined for AWS. */
  readonly endpoint?: string;
  /** Undefined: credentials of the environment, by AWS's provider chain. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly backend: StorageBackend;
  readonly bucket: string;
  /** Folders within the bucket that all paths of new objects start with. */
  readonly prefix: string;
  /** URL of the service as clients reach it, and the one signed into URLs; undefined where it is `endpoint`. */
  readonly publicEndpoint?: string;
  /** Base of unsigned URLs, where the bucket can be read without a signature. */
  readonly publicBaseUrl?: string;
  /** How long a signed URL is good for, at least. */
  readonly expiresS: number;
  /** Grid that signing times are rounded down to; 1 switches it off. */
  readonly gridS: number;
  /** Signed URLs kept in memory, at most. */
  readonly urlCacheMax: number;
  /** Failed operations in a row after which the store is left alone for `breakerResetMs`. */
  readonly breakerFailures: number;
  readonly breakerResetMs: number;
  readonly metrics?: OperationMetrics;
}

/** Media objects in a bucket of S3, or of a store that speaks its protocol. */
export class S3Store implements MediaStore {
  readonly backend: StorageBackend;
  /** A counter and a timing for each operation on the store. */
  readonly metrics: OperationMetrics;
  readonly #options: S3StoreOptions;
  readonly #client: S3Client;
  readonly #credentials: SigningCredentials;
  readonly #signer: S3UrlSigner;
  readonly #breaker: CircuitBreaker;

  constructor(options: S3StoreOptions) {
    const { backend, region, endpoint = awsEndpoint(region), metrics = new OperationMetrics() } = options;
    this.backend = backend;
    this.metrics = metrics;
    this.#options = options;
    const keys = keysOf(options);
    const credentials = keys === undefined ? environmentCredentials(region) : () => Promise.resolve(keys);
    // Given always: the SDK would look for one in AWS's environment and files, and URLs would be of another store.
    this.#client = createS3Client({ ...options, endpoint, credentials });
    this.#credentials = new SigningCredentials(credentials, keys);
    this.#signer = new S3UrlSigner({ ...options, endpoint, credentials: () => this.#credentials.current() });
    this.#breaker = new CircuitBreaker({
      failures: options.breakerFailures,
      resetMs: options.breakerResetMs,
      isFault: isStoreFault,
    });
  }

  makeStoragePath(object: NewObject): string {
    return makeStoragePath(this.#options.prefix, object);
  }

  presignGet(storagePath: string): string {
    return this.#signer.signGet(storagePath);
  }

  presignGets(storagePaths: readonly string[]): string[] {
    return this.#signer.signGets(storagePaths);
  }

  presignOwn(storagePath: string): string {
    return this.#signer.signOwnGet(storagePath);
  }

  presignPut(storagePath: string, contentType: string | undefined): UploadRequest {
    return this.#signer.signPut(storagePath, contentType);
  }

  publicUrl(storagePath: string): string | undefined {
    const { publicBaseUrl } = this.#options;
    return publicBaseUrl === undefined ? undefined : `${publicBaseUrl}/${encodeSegments(storagePath)}`;
  }

  statistics(): MediaStatistics {
    return { ...this.#signer.counts(), operations: this.metrics.snapshot(), circuit: this.#breaker.state };
  }

  /** Uploads in parts when the body is large. On failure no part is left behind. */
  async put(
    storagePath: string,
    body: Readable | Uint8Array,
    { contentType }: { contentType?: string } = {},
  ): Promise<ObjectInfo> {
    let bodyError: unknown;
    if (!(body instanceof Uint8Array)) body.once('error', (error) => (bodyError = error));
    await this.#run('put', async () => {
      const params = { ...this.#object(storagePath), Body: body, ContentType: contentType };
      try {
        await new Upload({ client: this.#client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE }).done();
      } catch (error) {
        if (bodyError === undefined) throw error;
        throw new AppError('invalid_request', 'The upload broke off before its end; send it again.', { cause: error });
      }
    });
    const info = await this.head(storagePath);
    if (info === undefined) {
      throw new AppError('media_store_unavailable', 'The object was removed while it was written; upload it again.');
    }
    return info;
  }

  /**
   * The caller must read the body to its end or destroy it. A GET through the SDK's commands takes five times the work of
   * one with a URL that is signed here. They are asked where that does not succeed: they retry, and know the errors.
   */
  async get(storagePath: string, range?: ByteRange): Promise<ObjectBody> {
    const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end ?? ''}`;
    // It fails, too, where there are no credentials to sign with.
    const signed = async (): Promise<ObjectBody | undefined> =>
      getSigned(this.#client, this.presignOwn(storagePath), Range);
    return this.#run('get', async () => {
      const found = await signed().catch(() => undefined);
      if (found !== undefined) return found;
      const answer = await this.#client.send(new GetObjectCommand({ ...this.#object(storagePath), Range }));
      // On Node the SDK gives the answer's own stream.
      return { ...infoOf(answer), body: answer.Body as Readable };
    });
  }

  async head(storagePath: string): Promise<ObjectInfo | undefined> {
    return this.#run('head', async () => {
      try {
        const ask = new HeadObjectCommand({ ...this.#object(storagePath), ChecksumMode: 'ENABLED' });
        return infoOf(await this.#client.send(ask));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  /**
   * Between buckets of one service, with the same keys. Large objects are left to those who stream: a service that copies
   * them before it answers would take longer than a request may.
   */
  async copyFrom(source: MediaStore, fromPath: string, toPath: string): Promise<ObjectInfo | undefined> {
    if (!(source instanceof S3Store) || !isSameAccount(this.#options, source.#options)) return undefined;
    const found = await source.head(fromPath);
    if (found === undefined) throw new AppError('not_found', 'There is no media object at this path.');
    if (found.size > MAX_COPY_BYTES) return undefined;
    const CopySource = `${source.#options.bucket}/${encodeSegments(fromPath)}`;
    await this.#run('copy', () => this.#client.send(new CopyObjectCommand({ ...this.#object(toPath), CopySource })));
    const copied = await this.head(toPath);
    if (copied?.size === found.size) return copied;
    await this.delete(toPath);
    throw new AppError('media_store_unavailable', 'The media store made a copy of another size; it was removed.');
  }

  async delete(storagePath: string): Promise<void> {
    await this.#run('delete', () => this.#client.send(new DeleteObjectCommand(this.#object(storagePath))));
  }

  /** Never rejects: if the store cannot be reached, each path fails with that reason. */
  async deleteMany(storagePaths: readonly string[]): Promise<{ path: string; reason: string }[]> {
    const failed: { path: string; reason: string }[] = [];
    for (let start = 0; start < storagePaths.length; start += MAX_BATCH) {
      const batch = storagePaths.slice(start, start + MAX_BATCH);
      try {
        failed.push(...(await this.#deleteBatch(batch)));
      } catch (error) {
        const reason = toAppError(error).message;
        failed.push(...batch.map((path) => ({ path, reason })));
      }
    }
    return failed;
  }

  /** At most 1,000 objects a page, whatever the limit. */
  async list(prefix: string, options: { limit?: number; after?: string } = {}): Promise<ObjectList> {
    const { limit = MAX_BATCH, after } = options;
    const answer = await this.#run('list', () =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#options.bucket,
          Prefix: prefix,
          MaxKeys: Math.min(limit, MAX_BATCH),
          StartAfter: after,
        }),
      ),
    );
    const objects = (answer.Contents ?? []).map(({ Key = '', Size = 0, ETag, LastModified }) => ({
      path: Key,
      size: Size,
      etag: unquoted(ETag),
      lastModified: LastModified ?? new Date(0),
    }));
    return answer.IsTruncated === true ? { objects, next: objects.at(-1)?.path } : { objects };
  }

  /** Has credentials to sign with, and creates the bucket where there is none. */
  async ensureReady(): Promise<void> {
    const { bucket, region } = this.#options;
    await this.#run('ensure_bucket', async () => {
      await this.#credentials.load();
      if (!(await bucketExists(this.#client, bucket))) await createBucket(this.#client, bucket, region);
    });
  }

  /** Rejects unless the bucket can be reached. */
  async health(): Promise<void> {
    await this.#run('health', async () => {
      const { bucket } = this.#options;
      if (await bucketExists(this.#client, bucket)) return;
      const summary = `The bucket ${bucket} is gone; create it, or restart this server to have it created.`;
      throw new AppError('media_store_unavailable', summary);
    });
  }

  async close(): Promise<void> {
    this.#credentials.close();
    this.#client.destroy();
  }

  async #deleteBatch(paths: readonly string[]): Promise<{ path: string; reason: string }[]> {
    const Delete = { Objects: paths.map((Key) => ({ Key })), Quiet: true };
    const answer = await this.#run('delete_many', () =>
      this.#client.send(new DeleteObjectsCommand({ Bucket: this.#options.bucket, Delete })),
    );
    return (answer.Errors ?? [])
      .filter(({ Code }) => Code !== 'NoSuchKey')
      .map(({ Key = '', Code = 'unknown' }) => ({ path: Key, reason: `The media store refused it (${Code}).` }));
  }

  #object(storagePath: string): { Bucket: string; Key: string } {
    return { Bucket: this.#options.bucket, Key: storagePath };
  }

  async #run<T>(operation: string, call: () => Promise<T>): Promise<T> {
    const start = performance.now();
    let ok = false;
    try {
      const result = await this.#breaker.run(call);
      ok = true;
      return result;
    } catch (error) {
      throw toAppError(error);
    } finally {
      this.metrics.record(operation, performance.now() - start, ok);
    }
  }
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: S3StoreOptions): S3Credentials | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}

function isSameAccount(a: S3StoreOptions, b: S3StoreOptions): boolean {
  return (['endpoint', 'region', 'accessKeyId', 'secretAccessKey', 'sessionToken'] as const).every(
    (name) => a[name] === b[name],
  );
}

function encodeSegments(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
