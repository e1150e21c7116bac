import { resolve } from 'node:path';
import { ConfigError, type Environment } from '../config/environment.ts';
import { type MemoryBudget, readMemory } from '../config/memory-budget.ts';
import * as syntax from '../config/text-syntax.ts';
import { type HttpSettings, type PagingSettings, readHttp, readPaging } from '../http/http-settings.ts';
import { type MediaSettings, readMedia } from '../media/media-settings.ts';
import { type OperationConfig, readOperation, type LogLevel, readLogLevel } from '../operation/operation-settings.ts';
import { readTables, type TablesConfig } from '../vastdb/table-settings.ts';
import type { DocumentLimits } from './documents/document-limits.ts';
import { DEFAULT_VERSION, VERSIONS } from './versions/surfaces.ts';
import { readWebhooks, type WebhookConfig } from './webhooks/webhook-settings.ts';

/** All settings but those of features. `.env.example` says what each variable means. */
export interface Settings extends TamsSettings {
  readonly http: HttpSettings;
  /** Absolute. */
  readonly dataDir: string;
  /** Kept free for deletions, on the disks of embedded tables and of local media. */
  readonly diskReserveBytes: number;
  /** Memory of the caches, unless a setting of their own says otherwise. */
  readonly memory: MemoryBudget;
  readonly tables: TablesConfig;
  readonly media: MediaSettings;
  readonly paging: PagingSettings;
  readonly operation: OperationConfig;
  /** Undefined: the server makes one and keeps it in `dataDir`. */
  readonly secretKey: string | undefined;
  readonly logLevel: LogLevel;
}

const MIB = 2 ** 20;
const SECRET_KEY_MIN_LENGTH = 32;

/** @throws ConfigError, whose message is one line without secrets, for the first wrong variable. */
export function readSettings(env: Environment): Settings {
  const dataDir = resolve(env.text('DATA_DIR') ?? './data');
  const memory = readMemory(env);
  const media = readMedia(env, dataDir, memory);
  const tams = readTams(env, memory);
  checkTimeouts(media.presign.expiresS, tams.reclaim.allocationExpiryS);
  return {
    http: readHttp(env),
    dataDir,
    diskReserveBytes: env.integer('DISK_RESERVE_MIB', { default: 64, min: 0, max: 1_048_576 }) * MIB,
    memory,
    tables: readTables(env, memory),
    media,
    paging: readPaging(env),
    ...tams,
    operation: readOperation(env, memory),
    secretKey: env.parsed('SECRET_KEY', syntax.secretText(SECRET_KEY_MIN_LENGTH)),
    logLevel: readLogLevel(env),
  };
}

/** An allocation must not end while its URLs are good (TAMS 8.2, `min_presigned_url_timeout`). */
function checkTimeouts(presignS: number, allocationS: number): void {
  if (presignS <= allocationS) return;
  throw new ConfigError(
    `PRESIGN_EXPIRES_S (${presignS}) is above ALLOCATION_EXPIRY_S (${allocationS}): an allocation would end before its URLs; lower the first, or raise the second.`,
  );
}

interface TamsSettings {
  /** The version that the root speaks. */
  readonly apiVersion: string;
  /** Whether the classes of principals limit what they see and change (docs/adr/0015-access-by-tags.md). */
  readonly classes: boolean;
  readonly limits: {
    readonly segmentsPerRequest: number;
    readonly deleteSyncMax: number;
    /** Copies of objects that may wait, of all principals and of each. */
    readonly copies: { readonly max: number; readonly perPrincipalMax: number };
    /** Limits of the JSON of a flow, a source, a webhook or a segment, and of a list within one. */
    readonly documents: DocumentLimits;
  };
  readonly reclaim: { readonly graceS: number; readonly allocationExpiryS: number };
  readonly deletion: { readonly requestExpiryS: number };
  readonly webhooks: WebhookConfig;
}

const GIB = 2 ** 30;
const TEN_YEARS_S = 315_360_000;
/** The shortest that TAMS 8.2 allows (`min_object_timeout`). */
const MIN_ALLOCATION_S = 300;

const readTams = (env: Environment, memory: MemoryBudget): TamsSettings => ({
  apiVersion: env.choice('API_VERSION', VERSIONS) ?? DEFAULT_VERSION,
  classes: env.flag('AUTH_CLASSES') ?? false,
  limits: {
    segmentsPerRequest: env.integer('SEGMENTS_PER_REQUEST_MAX', { default: 5000, min: 1, max: 1_000_000 }),
    deleteSyncMax: env.integer('DELETE_SYNC_MAX', { default: 1000, min: 0, max: 1_000_000 }),
    copies: {
      max: env.integer('INSTANCE_COPIES_MAX', { default: 10_000, min: 1, max: 1_000_000 }),
      perPrincipalMax: env.integer('INSTANCE_COPIES_PER_PRINCIPAL_MAX', { default: 5000, min: 1, max: 1_000_000 }),
    },
    documents: {
      maxBytes: env.integer('DOCUMENT_MAX_BYTES', { default: MIB, min: 1024, max: GIB }),
      maxItems: env.integer('DOCUMENT_ITEMS_MAX', { default: 1000, min: 1, max: 1_000_000 }),
    },
  },
  reclaim: {
    graceS: env.integer('RECLAIM_GRACE_S', { default: 300, min: 0, max: TEN_YEARS_S }),
    allocationExpiryS: env.integer('ALLOCATION_EXPIRY_S', { default: 86_400, min: MIN_ALLOCATION_S, max: TEN_YEARS_S }),
  },
  deletion: {
    requestExpiryS: env.integer('DELETE_REQUEST_EXPIRY_S', { default: 86_400, min: 1, max: TEN_YEARS_S }),
  },
  webhooks: readWebhooks(env, memory),
});
