import { resolve } from 'node:path';
import { readAnalytics } from './features/analytics/analytics-settings.ts';
import type { AnalyticsConfig } from './features/analytics/analytics-settings.ts';
import { readAuth } from './features/auth/auth-settings.ts';
import type { AuthConfig } from './features/auth/auth-settings.ts';
import { ConfigError, Environment } from './config/environment.ts';
import { readExr } from './features/exr/exr-settings.ts';
import type { ExrConfig } from './features/exr/exr-settings.ts';
import { readOperation } from './operation/operation-settings.ts';
import type { OperationConfig } from './operation/operation-settings.ts';
import { readBackends } from './media/storage-backend-settings.ts';
import type { BackendConfig } from './media/storage-backend-settings.ts';
import { readSearch } from './features/search/search-settings.ts';
import type { SearchConfig } from './features/search/search-settings.ts';
import { readSoftDelete } from './features/trash/trash-settings.ts';
import type { SoftDeleteConfig } from './features/trash/trash-settings.ts';
import { readTables } from './vastdb/table-settings.ts';
import type { TablesConfig } from './vastdb/table-settings.ts';
import * as syntax from './config/text-syntax.ts';
import { readWebhooks } from './tams/webhooks/webhook-settings.ts';
import type { WebhookConfig } from './tams/webhooks/webhook-settings.ts';
import { isLoopback } from './shared/loopback.ts';

export { ConfigError } from './config/environment.ts';
export type { BackendConfig } from './media/storage-backend-settings.ts';

/** Everything that can be configured, deeply frozen. `.env.example` says what each variable means. */
export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Without a slash at its end. Undefined: the request's own scheme and host. */
    readonly publicUrl: string | undefined;
    /** Whose forwarded headers are believed: nobody's, everybody's, or those of these addresses and CIDRs. */
    readonly trustProxy: boolean | readonly string[];
    readonly bodyLimitBytes: number;
    /** `loopback`: pages that this machine itself serves. */
    readonly corsOrigins: '*' | 'loopback' | readonly string[];
    /** Whether requests for other hosts than this machine and that of `publicUrl` are refused. */
    readonly checkHost: boolean;
  };
  readonly auth: AuthConfig;
  /** Absolute. */
  readonly dataDir: string;
  /** What is kept free, for deletions, on the disks of embedded tables and of local media. */
  readonly diskReserveBytes: number;
  readonly tables: TablesConfig;
  readonly media: {
    /** At least one; preferred first; at most one is the default. */
    readonly backends: readonly BackendConfig[];
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
  };
  /** A page ends with the item with which it has `maxBytes`. */
  readonly paging: { readonly limitDefault: number; readonly limitMax: number; readonly maxBytes: number };
  readonly limits: {
    readonly segmentsPerRequest: number;
    readonly deleteSyncMax: number;
    /** Of the JSON of a flow, a source, a webhook or a segment, and of a list within one. */
    readonly documents: { readonly maxBytes: number; readonly maxItems: number };
  };
  readonly reclaim: { readonly graceS: number; readonly allocationExpiryS: number };
  readonly deletion: { readonly requestExpiryS: number };
  readonly softDelete: SoftDeleteConfig;
  readonly search: SearchConfig;
  readonly exr: ExrConfig;
  readonly analytics: AnalyticsConfig;
  readonly operation: OperationConfig;
  readonly webhooks: WebhookConfig;
  /** Undefined: the server makes one and keeps it in `dataDir`. */
  readonly secretKey: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const TEN_YEARS_S = 315_360_000;
/** The longest life of a signed URL that SigV4 allows. */
const WEEK_S = 604_800;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const SECRET_KEY_MIN_LENGTH = 32;

/**
 * Reads the configuration from the environment, and from the file that STORAGE_BACKENDS_FILE names.
 * Throws ConfigError, whose message is one line, for the first thing that is wrong; values of
 * secrets are never in it.
 */
export function loadConfig(variables: NodeJS.ProcessEnv): Config {
  const env = new Environment(variables);
  const dataDir = resolve(env.text('DATA_DIR') ?? './data');
  const exposure = {
    host: env.parsed('HOST', syntax.HOST) ?? '127.0.0.1',
    publicUrl: env.parsed('PUBLIC_URL', syntax.BASE_URL),
    trustProxy: env.parsed('TRUST_PROXY', syntax.orBoolean(syntax.ADDRESS_LIST)) ?? false,
  };
  const auth = readAuth(env, exposure);
  // Then whoever reaches this machine is let in, and every page that its users visit could be made to.
  const isPrivate = auth.modes.length === 0 && isLoopback(exposure.host);
  const corsOrigins = env.parsed('CORS_ORIGINS', syntax.orAsterisk(syntax.ORIGIN_LIST));
  const backends = readBackends(env, dataDir);
  const config: Config = {
    http: {
      ...exposure,
      port: env.integer('PORT', { default: 8000, min: 0, max: 65_535 }),
      bodyLimitBytes: env.integer('BODY_LIMIT_BYTES', { default: 10 * MIB, min: 1024, max: GIB }),
      corsOrigins: corsOrigins ?? (isPrivate ? 'loopback' : '*'),
      checkHost: isPrivate && corsOrigins !== '*',
    },
    auth,
    dataDir,
    diskReserveBytes: env.integer('DISK_RESERVE_MIB', { default: 64, min: 0, max: 1_048_576 }) * MIB,
    tables: readTables(env),
    media: {
      backends,
      presign: {
        expiresS: env.integer('PRESIGN_EXPIRES_S', { default: 3600, min: 1, max: WEEK_S }),
        gridS: env.integer('PRESIGN_GRID_S', { default: 300, min: 1, max: WEEK_S }),
        urlCacheMax: env.integer('URL_CACHE_MAX', { default: 20_000, min: 0, max: 10_000_000 }),
      },
      pageCacheMib: env.integer('PAGE_CACHE_MIB', { default: 16, min: 0, max: 16_384 }),
      maxObjectBytes: env.integer('MEDIA_OBJECT_MAX_BYTES', { default: 5 * GIB, min: 1, max: 5 * 1024 * GIB }),
      s3: {
        requestTimeoutMs: env.integer('S3_REQUEST_TIMEOUT_MS', { default: 30_000, min: 100, max: 3_600_000 }),
        maxAttempts: env.integer('S3_MAX_ATTEMPTS', { default: 3, min: 1, max: 10 }),
        maxSockets: env.integer('S3_MAX_SOCKETS', { default: 128, min: 1, max: 65_535 }),
        breakerFailures: env.integer('S3_BREAKER_FAILURES', { default: 5, min: 1, max: 1000 }),
        breakerResetMs: env.integer('S3_BREAKER_RESET_MS', { default: 10_000, min: 1, max: 3_600_000 }),
      },
    },
    paging: {
      limitDefault: env.integer('PAGE_LIMIT_DEFAULT', { default: 100, min: 1, max: 100_000 }),
      limitMax: env.integer('PAGE_LIMIT_MAX', { default: 1000, min: 1, max: 100_000 }),
      maxBytes: env.integer('PAGE_MAX_BYTES', { default: 2 * MIB, min: 1024, max: GIB }),
    },
    limits: {
      segmentsPerRequest: env.integer('SEGMENTS_PER_REQUEST_MAX', { default: 5000, min: 1, max: 1_000_000 }),
      deleteSyncMax: env.integer('DELETE_SYNC_MAX', { default: 1000, min: 0, max: 1_000_000 }),
      documents: {
        maxBytes: env.integer('DOCUMENT_MAX_BYTES', { default: MIB, min: 1024, max: GIB }),
        maxItems: env.integer('DOCUMENT_ITEMS_MAX', { default: 1000, min: 1, max: 1_000_000 }),
      },
    },
    reclaim: {
      graceS: env.integer('RECLAIM_GRACE_S', { default: 300, min: 0, max: TEN_YEARS_S }),
      allocationExpiryS: env.integer('ALLOCATION_EXPIRY_S', { default: 86_400, min: 1, max: TEN_YEARS_S }),
    },
    deletion: {
      requestExpiryS: env.integer('DELETE_REQUEST_EXPIRY_S', { default: 86_400, min: 1, max: TEN_YEARS_S }),
    },
    softDelete: readSoftDelete(env),
    search: readSearch(env, backends),
    exr: readExr(env),
    webhooks: readWebhooks(env),
    analytics: readAnalytics(env),
    operation: readOperation(env),
    secretKey: env.parsed('SECRET_KEY', syntax.secretText(SECRET_KEY_MIN_LENGTH)),
    logLevel: env.choice('LOG_LEVEL', LOG_LEVELS) ?? 'info',
  };
  checkRelations(config);
  return deepFreeze(config);
}

function checkRelations({ paging, media }: Config): void {
  if (paging.limitDefault > paging.limitMax) {
    throw new ConfigError(
      `PAGE_LIMIT_DEFAULT (${paging.limitDefault}) is above PAGE_LIMIT_MAX (${paging.limitMax}); lower the one or raise the other.`,
    );
  }
  const { expiresS, gridS } = media.presign;
  if (expiresS + gridS > WEEK_S) {
    throw new ConfigError(
      `PRESIGN_EXPIRES_S (${expiresS}) and PRESIGN_GRID_S (${gridS}) are together above ${WEEK_S}, the longest life of a signed URL; lower one.`,
    );
  }
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
