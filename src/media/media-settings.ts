import { ConfigError, type Environment } from '../config/environment.ts';
import type { MemoryBudget } from '../config/memory-budget.ts';
import { type BackendConfig, readBackends } from './storage-backend-settings.ts';
import { URL_BYTES } from './url-cache.ts';

export interface MediaSettings {
  /** At least one; preferred first; at most one is the default. */
  readonly backends: readonly BackendConfig[];
  /** The ids of the storage backends, by the name that each has as a bucket. */
  readonly buckets: Readonly<Record<string, string>>;
  readonly presign: { readonly expiresS: number; readonly gridS: number; readonly urlCacheMax: number };
  /** Memory for pages of segments as they were sent. */
  readonly pageCacheMib: number;
  readonly maxObjectBytes: number;
  readonly s3: {
    readonly requestTimeoutMs: number;
    readonly maxAttempts: number;
    readonly maxSockets: number;
    readonly breakerFailures: number;
    readonly breakerResetMs: number;
  };
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** The longest life of a signed URL that SigV4 allows. */
const WEEK_S = 604_800;
/** The shortest that TAMS 8.2 allows (`min_presigned_url_timeout`). */
const SHORTEST_S = 30;

/** @param dataDir where local media lie unless a backend says otherwise. */
export function readMedia(env: Environment, dataDir: string, memory: MemoryBudget): MediaSettings {
  const backends = readBackends(env, dataDir);
  return {
    backends,
    buckets: bucketsOf(backends),
    presign: readPresign(env, Math.floor((memory.urls * MIB) / URL_BYTES / backends.length)),
    pageCacheMib: env.integer('PAGE_CACHE_MIB', { default: memory.pages, min: 0, max: 16_384 }),
    maxObjectBytes: env.integer('MEDIA_OBJECT_MAX_BYTES', { default: 5 * GIB, min: 1, max: 5 * 1024 * GIB }),
    s3: {
      requestTimeoutMs: env.integer('S3_REQUEST_TIMEOUT_MS', { default: 30_000, min: 100, max: 3_600_000 }),
      maxAttempts: env.integer('S3_MAX_ATTEMPTS', { default: 3, min: 1, max: 10 }),
      maxSockets: env.integer('S3_MAX_SOCKETS', { default: 128, min: 1, max: 65_535 }),
      breakerFailures: env.integer('S3_BREAKER_FAILURES', { default: 5, min: 1, max: 1000 }),
      breakerResetMs: env.integer('S3_BREAKER_RESET_MS', { default: 10_000, min: 1, max: 3_600_000 }),
    },
  };
}

/** @param urls kept for each backend by default. */
function readPresign(env: Environment, urls: number): MediaSettings['presign'] {
  const presign = {
    expiresS: env.integer('PRESIGN_EXPIRES_S', { default: 3600, min: SHORTEST_S, max: WEEK_S }),
    gridS: env.integer('PRESIGN_GRID_S', { default: 300, min: 1, max: WEEK_S }),
    urlCacheMax: env.integer('URL_CACHE_MAX', { default: urls, min: 0, max: 10_000_000 }),
  };
  const { expiresS, gridS } = presign;
  if (expiresS + gridS <= WEEK_S) return presign;
  throw new ConfigError(
    `PRESIGN_EXPIRES_S (${expiresS}) and PRESIGN_GRID_S (${gridS}) are together above ${WEEK_S}, the longest life of a signed URL; lower one.`,
  );
}

/**
 * The name of a storage backend where objects go by bucket and key: its bucket, or the label of a local one, which is
 * `local` without. The later one of two with the same name goes by its id.
 */
function bucketsOf(backends: readonly BackendConfig[]): Record<string, string> {
  const buckets: Record<string, string> = {};
  for (const backend of backends) {
    const name = backend.type === 's3' ? backend.bucket : (backend.label ?? 'local');
    buckets[Object.hasOwn(buckets, name) ? backend.id : name] = backend.id;
  }
  return buckets;
}
